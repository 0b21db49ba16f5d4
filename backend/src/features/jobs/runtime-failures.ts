import { ReleaseError, ServerError } from '../../runtimes/runtime';
import { SanitizingError } from '../../runtimes/sanitizing';
import { SnapshotError } from '../../runtimes/snapshot';
import { JobError } from './failures';

/** A runtime's failure, as one that the environment's owner can understand; any other failure is what it is. */
export function runtimeFailure(error: unknown): unknown {
	if (error instanceof ServerError) return new JobError('server_failed', error.message, { cause: error });
	if (error instanceof ReleaseError) return new JobError(error.code, error.message, { cause: error });
	if (error instanceof SnapshotError) return new JobError('snapshot_refused', error.message, { cause: error });
	if (error instanceof SanitizingError) return new JobError('sanitizing_failed', error.message, { cause: error });
	return error;
}
