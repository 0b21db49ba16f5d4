export type { Clock } from './clock';
export { type EmbeddedEngine, type EmbeddedEngineOptions, startEmbeddedEngine } from './engine';
export { DatabaseInUseError } from './lock';
