import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { DeploymentEvent } from '../events/payloads';
import type { DeployJob } from './model';
import { presentDeployment } from './schemas';

const TYPES = {
	queued: 'deployment.queued',
	running: 'deployment.started',
	succeeded: 'deployment.succeeded',
	failed: 'deployment.failed',
	canceled: 'deployment.canceled',
} as const satisfies Record<DeployJob['status'], DeploymentEvent['type']>;

/** What is announced of a deployment that has just come to its status, in the documents' form. */
export function deploymentEvent(job: DeployJob, { clock, ids }: { clock: Clock; ids: Ids }): DeploymentEvent {
	const deployment = presentDeployment(job);
	const { name, primary_url, odoo_version } = job.data.environment;
	return {
		id: ids.next('event'),
		type: job.kind === 'rollback' && job.status === 'succeeded' ? 'deployment.rolled_back' : TYPES[job.status],
		created_at: clock.now(),
		organization_id: job.organization_id,
		project_id: job.project_id,
		environment_id: job.environment_id,
		data: {
			deployment: {
				id: deployment.id,
				environment_id: deployment.environment_id,
				project_id: deployment.project_id,
				git_sha: deployment.git_sha,
				git_branch: deployment.git_branch,
				started_at: deployment.started_at,
				finished_at: deployment.finished_at,
				duration_seconds: deployment.duration_seconds,
				rolled_back_to: deployment.rolled_back_to,
				actor: deployment.actor,
				status: deployment.status,
				error: deployment.error,
			},
			environment: { name, primary_url, odoo_version },
		},
	};
}
