import type { Runtime, RuntimeSite } from '../../runtimes/runtime';
import { JobError } from './failures';

/** Has a job fail whose environment does not answer at its end. @throws JobError unhealthy */
export async function requireHealthy(
	runtime: Pick<Runtime, 'checkHealth'>,
	site: RuntimeSite,
	signal: AbortSignal,
): Promise<void> {
	await runtime.checkHealth(site, signal).catch((error: unknown) => {
		signal.throwIfAborted();
		const reason = error instanceof Error ? error.message : 'no reason is known';
		throw new JobError('unhealthy', `The environment does not answer: ${reason}`, { cause: error });
	});
}
