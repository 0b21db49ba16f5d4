import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { idSchema, type EnvironmentId, type Tenant } from '../../core/ids';
import { nap } from '../../waiting/wakeable-loop';

import type { Runtimes } from '../../runtimes/runtimes';
import { jobSchema, presentJob } from '../jobs/schemas';
import type { JobsService } from '../jobs/service';
import { deployedCommit, environmentStatusSchema } from './schemas';
import type { EnvironmentsService } from './service';
import { siteOf } from './site';

/** How long an environment may take to show that it is healthy, in milliseconds. */
const HEALTH_LIMIT_MS = 5_000;

const healthSchema = z.object({
	healthy: z.boolean().meta({
		description: `Whether it answered within ${HEALTH_LIMIT_MS / 1_000} seconds, as an Odoo that is well does`,
	}),
	message: z.string().nullable().meta({ description: 'Why it is not healthy; null where it is' }),
	checked_at: z.iso.datetime().meta({ description: 'When it was asked: during this very request' }),
});

export const statusSchema = z
	.object({
		environment_id: idSchema('environment').meta({ description: 'The one that was asked for' }),
		status: environmentStatusSchema,
		since: z.iso.datetime().meta({ description: 'When it came to that status' }),
		...deployedCommit,
		job: jobSchema.nullable().meta({ description: 'The job that waits or runs on it; null where none does' }),
		health: healthSchema.meta({ description: 'What the environment itself answers, whatever its status says' }),
	})
	.meta({
		id: 'EnvironmentStatus',
		examples: [
			{
				environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				status: 'running',
				since: '2026-05-07T14:24:58.310Z',
				git_sha: '9f2c1e7ab3d4056178c9e0f1a2b3c4d5e6f70819',
				git_branch: 'main',
				job: null,
				health: { healthy: true, message: null, checked_at: '2026-05-07T15:02:44.091Z' },
			},
		],
	});

export type EnvironmentStatusReply = z.input<typeof statusSchema>;

export interface StatusService {
	/** How an environment is at this moment; asks it itself. @throws {ApiError} 404 */
	of(tenant: Tenant, id: EnvironmentId, signal: AbortSignal): Promise<EnvironmentStatusReply>;
}

export function createStatusService({
	environments,
	jobs,
	runtimes,
	clock,
}: {
	environments: Pick<EnvironmentsService, 'get'>;
	jobs: Pick<JobsService, 'atWork'>;
	runtimes: Pick<Runtimes, 'of'>;
	clock: Clock;
}): StatusService {
	/** null where it is well, or why it is not. */
	const complaintOf = async (check: (signal: AbortSignal) => Promise<void>, signal: AbortSignal) => {
		const over = new AbortController();
		const either = AbortSignal.any([signal, over.signal]);
		const answer = check(either).then(
			() => null,
			(error: unknown) => (error instanceof Error ? error.message : 'no reason is known'),
		);
		const late = nap(clock, HEALTH_LIMIT_MS, either).then(
			() => `it did not answer within ${HEALTH_LIMIT_MS / 1_000} seconds`,
		);
		try {
			return await Promise.race([answer, late]);
		} finally {
			over.abort();
		}
	};

	return {
		async of(tenant, id, signal) {
			const environment = await environments.get(tenant, id);
			const runtime = runtimes.of(environment.runtime);
			const [job, message] = await Promise.all([
				jobs.atWork(environment.organization_id, id),
				complaintOf((limit) => runtime.checkHealth(siteOf(environment), limit), signal),
			]);
			return {
				environment_id: id,
				status: environment.status,
				since: environment.status_since.toISOString(),
				git_sha: environment.git_sha,
				git_branch: environment.git_branch,
				job: job && presentJob(job),
				health: { healthy: message === null, message, checked_at: clock.now().toISOString() },
			};
		},
	};
}
