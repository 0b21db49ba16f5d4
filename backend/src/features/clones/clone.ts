import type { Clock } from '../../core/clock';
import type { Ids, OrganizationId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import { type Restored, type RuntimeContext, ServerError } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import type { Sanitizing } from '../../runtimes/sanitizing';
import { SnapshotError } from '../../runtimes/snapshot';
import { createSnapshotPipe } from '../../runtimes/snapshot-pipe';
import { presentEnvironment } from '../environments/schemas';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import { siteOf } from '../environments/site';
import { defineJob, type JobDefinition } from '../jobs/definition';
import { requireHealthy } from '../jobs/require-healthy';
import { runtimeFailure } from '../jobs/runtime-failures';
import type { JobOf } from '../jobs/service';
import { clonedEvent } from './events';
import { type CloneRecord, cloneRecord } from './model';

interface CloneOptions {
	readonly environments: Pick<EnvironmentsService, 'get' | 'setStatus'>;
	readonly runtimes: Pick<Runtimes, 'of'>;
	readonly secrets: Pick<Secrets, 'derive'>;
	readonly clock: Clock;
	readonly ids: Ids;
}

/** How a copy of one environment's data takes the place of another's. */
export function cloneDefinition({ environments, runtimes, secrets, clock, ids }: CloneOptions): JobDefinition {
	/** Equal addresses are equal in all copies of an organization, and in no copy of another one. */
	const keyOf = (organization: OrganizationId) => secrets.derive(`sanitizing/${organization}`);

	const targetOf = (job: JobOf<CloneRecord>) => environments.get(job.organization_id, job.environment_id);

	return defineJob({
		kind: 'clone',
		data: cloneRecord,
		steps: [
			{
				name: 'copy',
				run: async (context) => {
					const { job, keep } = context;
					const { source, sanitize } = job.data;
					const to = await targetOf(job);
					const from = await environments.get(job.organization_id, source.id);
					const sanitizing = sanitize && { ...sanitize, key: keyOf(job.organization_id) };
					try {
						const restored = await copy(runtimes, { from, to, id: job._id, sanitizing }, context);
						const { sanitized, modules_updated, downtime_ms } = restored;
						await keep({ result: { source_env: source.id, sanitized, modules_updated, downtime_ms } });
					} catch (error) {
						if (error instanceof ServerError) await keep({ is_lost: true });
						else if (to.status === 'stopped') await runtimes.of(to.runtime).stop(siteOf(to), context);
						throw runtimeFailure(error);
					}
					await environments.setStatus(job.organization_id, job.environment_id, 'running');
					return `The data of ${source.name} was copied${sanitize === null ? '' : ', and sanitized'}.`;
				},
			},
			{
				name: 'check_health',
				run: async ({ job, signal }) => {
					const environment = await targetOf(job);
					const runtime = runtimes.of(environment.runtime);
					await requireHealthy(runtime, siteOf(environment), signal);
					return `It answers at ${environment.primary_url}.`;
				},
			},
			{
				name: 'finish',
				run: async ({ job, keep }) => {
					await keep({ environment: presentEnvironment(await targetOf(job)) });
					return 'The environment is running.';
				},
			},
		],
		events: (job) =>
			job.status === 'succeeded' && job.data.environment !== null
				? [clonedEvent(job, job.data.environment, { clock, ids })]
				: [],
		onFailure: async ({ job }, { code }) => {
			if (!job.data.is_lost && code !== 'unhealthy') return;
			await environments.setStatus(job.organization_id, job.environment_id, 'failed');
		},
		onCancel: () => Promise.resolve(),
	});
}

interface Copy {
	readonly from: EnvironmentDocument;
	readonly to: EnvironmentDocument;
	readonly id: string;
	readonly sanitizing: Sanitizing | null;
}

/** Restores a snapshot while it is made. Where one side fails, the other ends with its reason. */
async function copy(
	runtimes: Pick<Runtimes, 'of'>,
	{ from, to, id, sanitizing }: Copy,
	context: RuntimeContext,
): Promise<Restored> {
	const pipe = createSnapshotPipe();
	const over = new AbortController();
	const signal = AbortSignal.any([context.signal, over.signal]);
	const endingBoth = async <T>(work: Promise<T>): Promise<T> => {
		try {
			return await work;
		} catch (error) {
			pipe.fail(error);
			throw error;
		}
	};
	const how = { id, sanitize: sanitizing, isCopy: true };
	const restored = endingBoth(runtimes.of(to.runtime).restore(siteOf(to), pipe.source, how, context));
	const made = endingBoth(
		runtimes
			.of(from.runtime)
			.snapshot(siteOf(from), pipe.target, { ...context, signal, progress: untold })
			.catch((error: unknown) => {
				// The target is as it was, whatever the source's server did.
				if (!(error instanceof ServerError)) throw error;
				throw new SnapshotError(`The source cannot be copied: ${error.message}`, { cause: error });
			}),
	);
	// One that was restored before is not read again.
	const end = () => {
		over.abort();
		pipe.fail(new Error('the copy is over'));
	};
	restored.then(end, end);
	const [outcome] = await Promise.all([restored, made.catch((error: unknown) => restored.then(() => error))]);
	return outcome;
}

const untold = () => Promise.resolve();
