export type { Clock } from './clock';
export { type EmbeddedEngine, type EmbeddedEngineOptions, startEmbeddedEngine } from './engine';
export { lockFile } from './file-lock';
export { DatabaseInUseError } from './lock';
