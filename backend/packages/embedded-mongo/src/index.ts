export { checkData, DATA_FILE, DatabaseDamagedError } from './check';
export type { Clock } from './clock';
export { copyDatabase } from './copy';
export {
	DATABASE_DIR,
	type EmbeddedEngine,
	type EmbeddedEngineOptions,
	LOCK_FILE,
	startEmbeddedEngine,
} from './engine';
export { lockFile } from './file-lock';
export { DatabaseInUseError, lock } from './lock';
