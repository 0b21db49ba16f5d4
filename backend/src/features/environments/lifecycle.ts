import { z } from 'zod';
import type { ErrorCode } from '../../core/error-codes';
import { ApiError } from '../../core/errors';
import type { EnvironmentId, Tenant } from '../../core/ids';
import type { Runtimes } from '../../runtimes/runtimes';
import { defineJob, type JobDefinition, type StepDefinition } from '../jobs/definition';
import { runtimeFailure } from '../jobs/runtime-failures';
import type { JobDocument, JobsService } from '../jobs/service';
import type { EnvironmentStatus } from './model';
import type { EnvironmentsService } from './service';
import { siteOf } from './site';

/** How long a request may wait for the end of its job, in milliseconds. */
const WAIT_MS = 10 * 60_000;

/** What can be asked of an environment that was deployed, besides a deploy. */
export type LifecycleKind = 'stop' | 'start' | 'restart';

const noData = z.object({});
type Step = StepDefinition<z.output<typeof noData>>;
/** What is known of a job of any kind when it has failed. */
interface EndedJob {
	readonly job: Pick<JobDocument, 'organization_id' | 'environment_id'>;
}
/** What upkeep gives a repair: what was found wrong, in words. */
const repairData = z.object({ reason: z.string() });

/** How environments are stopped, started, and both after each other. */
export function lifecycleDefinitions({
	environments,
	runtimes,
}: {
	environments: Pick<EnvironmentsService, 'get' | 'find' | 'setStatus'>;
	runtimes: Pick<Runtimes, 'of'>;
}): JobDefinition[] {
	const stepOf = (name: 'stop' | 'start', status: EnvironmentStatus, outcome: string): Step => ({
		name,
		run: async (context) => {
			const { organization_id, environment_id } = context.job;
			const environment = await environments.get(organization_id, environment_id);
			await inWords(runtimes.of(environment.runtime)[name](siteOf(environment), context));
			context.signal.throwIfAborted();
			await environments.setStatus(organization_id, environment_id, status);
			return outcome;
		},
	});
	const stop = stepOf('stop', 'stopped', 'The environment is stopped; its data is kept.');
	const start = stepOf('start', 'running', 'The environment is running.');
	const ending = {
		// The environment tells of it.
		events: () => [],
		onFailure: async ({ job: { organization_id, environment_id } }: EndedJob) => {
			if ((await environments.find(organization_id, environment_id)) === null) return;
			await environments.setStatus(organization_id, environment_id, 'failed');
		},
		onCancel: () => Promise.resolve(),
	};
	const definitionOf = (kind: LifecycleKind, ...steps: readonly Step[]) =>
		defineJob({ kind, data: noData, steps, ...ending });
	const repair = defineJob({
		kind: 'repair',
		data: repairData,
		steps: [
			{
				name: 'repair',
				run: async (context) => {
					const { organization_id, environment_id, data } = context.job;
					const environment = await environments.get(organization_id, environment_id);
					const { upkeep } = runtimes.of(environment.runtime);
					if (upkeep === undefined) throw new Error(`nothing of ${environment.runtime} can be repaired`);
					await context.log(`The environment does not serve: ${data.reason}.`);
					await inWords(upkeep.repair(siteOf(environment), context));
					context.signal.throwIfAborted();
					await environments.setStatus(organization_id, environment_id, 'running');
					return 'The environment is running.';
				},
			},
		],
		...ending,
	});
	return [definitionOf('stop', stop), definitionOf('start', start), definitionOf('restart', stop, start), repair];
}

async function inWords(work: Promise<void>): Promise<void> {
	try {
		await work;
	} catch (error) {
		throw runtimeFailure(error);
	}
}

export interface LifecycleService {
	/**
	 * Queues a job that does it; answers the job, with `wait` at its end, or as it is after ten minutes or when the signal
	 * comes.
	 * @throws {ApiError} 404; 409 environment_busy, environment_not_deployed, environment_not_running,
	 * environment_not_stopped
	 */
	ask(tenant: Tenant, id: EnvironmentId, kind: LifecycleKind, request: LifecycleRequest): Promise<JobDocument>;
}

interface LifecycleRequest {
	readonly actor: string;
	readonly effect_id: string | null;
	readonly wait: boolean;
	readonly signal: AbortSignal;
}

/** In which statuses each can be asked for, and what is answered in the others. A failed one is mended by its start. */
const ALLOWED: Readonly<
	Record<LifecycleKind, { readonly statuses: readonly EnvironmentStatus[]; readonly otherwise: ErrorCode }>
> = {
	stop: { statuses: ['running'], otherwise: 'environment_not_running' },
	start: { statuses: ['stopped', 'failed'], otherwise: 'environment_not_stopped' },
	restart: { statuses: ['running', 'failed'], otherwise: 'environment_not_running' },
};

export function createLifecycleService({
	environments,
	jobs,
}: {
	environments: Pick<EnvironmentsService, 'get'>;
	jobs: Pick<JobsService, 'enqueue' | 'waitFor' | 'atWork'>;
}): LifecycleService {
	return {
		async ask(tenant, environment_id, kind, { actor, effect_id, wait, signal }) {
			const { organization_id, project_id, status, git_sha } = await environments.get(tenant, environment_id);
			const refuse = (code: ErrorCode, detail: string) =>
				new ApiError(code, detail, { members: { environment_status: status } });
			// Of one that a job works on, its status says little: the queue refuses, and names the job.
			if ((await jobs.atWork(organization_id, environment_id)) === null) {
				if (git_sha === '') throw refuse('environment_not_deployed', 'Nothing was deployed to it yet.');
				const { statuses, otherwise } = ALLOWED[kind];
				if (!statuses.includes(status)) throw refuse(otherwise, `The environment is ${status}.`);
			}
			const request = { kind, project_id, environment_id, actor, effect_id, data: {} };
			const job = await jobs.enqueue(organization_id, request);
			return wait ? jobs.waitFor(organization_id, job._id, { timeoutMs: WAIT_MS, signal }) : job;
		},
	};
}
