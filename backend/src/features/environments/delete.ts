import { z } from 'zod';
import { ApiError } from '../../core/errors';
import type { EnvironmentId, OrganizationId, Tenant } from '../../core/ids';

import type { Runtimes } from '../../runtimes/runtimes';
import { defineJob, type JobDefinition } from '../jobs/definition';
import { isEnded, type JobDocument, type JobsService } from '../jobs/service';
import type { EnvironmentsService } from './service';
import { siteOf } from './site';

/** How long a request waits for an environment's end, in milliseconds. */
const WAIT_MS = 60_000;

type Environments = Pick<EnvironmentsService, 'get' | 'find' | 'setStatus' | 'bury'>;

interface RemovalOptions {
	readonly environments: Environments;
	readonly runtimes: Pick<Runtimes, 'of'>;
	/** Takes away what else belongs to an environment; may be called again. */
	readonly forget: (organization: OrganizationId, id: EnvironmentId) => Promise<void>;
}

/** How an environment is taken away: hidden from the runtime first, from everybody last. */
export function deleteDefinition({ environments, runtimes, forget }: RemovalOptions): JobDefinition {
	return defineJob({
		kind: 'delete',
		data: z.object({}),
		steps: [
			{
				name: 'remove',
				run: async ({ job: { organization_id, environment_id }, signal }) => {
					const environment = await environments.find(organization_id, environment_id);
					if (environment === null) return 'The environment is gone already.';
					await environments.setStatus(organization_id, environment_id, 'deleting');
					await forget(organization_id, environment_id);
					signal.throwIfAborted();
					const isGone = await runtimes.of(environment.runtime).remove(siteOf(environment));
					signal.throwIfAborted();
					await environments.bury(organization_id, environment_id);
					return isGone
						? 'The environment and its data were removed.'
						: 'The environment was removed. Its server does not answer: what is left there is removed once it does.';
				},
			},
		],
		// The environment tells of it.
		events: () => [],
		onFailure: async ({ job: { organization_id, environment_id } }) => {
			if ((await environments.find(organization_id, environment_id)) === null) return;
			await environments.setStatus(organization_id, environment_id, 'failed');
		},
		onCancel: () => Promise.resolve(),
	});
}

export interface RemovalService {
	/**
	 * Deletes an environment; answers the job, which may still run after a minute or when the signal comes.
	 * @throws {ApiError} 404; 409 environment_busy; 502 deletion_failed
	 */
	remove(tenant: Tenant, id: EnvironmentId, request: RemovalRequest): Promise<JobDocument>;
}

interface RemovalRequest {
	readonly actor: string;
	readonly effect_id: string | null;
	readonly signal: AbortSignal;
}

export function createRemovalService({
	environments,
	jobs,
}: {
	environments: Environments;
	jobs: Pick<JobsService, 'enqueue' | 'waitFor'>;
}): RemovalService {
	return {
		async remove(tenant, environment_id, { actor, effect_id, signal }) {
			const { organization_id, project_id } = await environments.get(tenant, environment_id);
			const request = { kind: 'delete', project_id, environment_id, actor, effect_id, data: {} } as const;
			const { _id } = await jobs.enqueue(organization_id, request);
			const job = await jobs.waitFor(organization_id, _id, { timeoutMs: WAIT_MS, signal });
			if (!isEnded(job) || job.status === 'succeeded') return job;
			const reason = job.error?.message ?? 'no reason is known';
			throw new ApiError('deletion_failed', `The environment could not be removed: ${reason}`, {
				members: { job_id: _id },
			});
		},
	};
}
