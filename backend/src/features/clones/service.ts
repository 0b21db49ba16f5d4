import type { z } from 'zod';
import { ApiError, invalidInput } from '../../core/errors';
import type { EnvironmentId, JobId, Tenant } from '../../core/ids';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { JobDocument, JobsService } from '../jobs/service';
import type { ProjectsService } from '../projects/service';
import type { CloneRecord } from './model';
import type { cloneRequest } from './schemas';

type CloneRequest = Omit<z.output<typeof cloneRequest>, 'wait'>;

/** How long a request may wait for the end of a copy, in milliseconds. */
const WAIT_MS = 10 * 60_000;

export interface ClonesService {
	/**
	 * Puts a copy of another environment's data in the place of this one's; asked again with the same `effect_id`, answers
	 * the same job.
	 * @throws {ApiError} 404; 409 environment_busy, environment_not_deployed, environment_not_running, environments_differ,
	 * production_target; 422 for a source that is the target, or none of its organization
	 */
	clone(
		tenant: Tenant,
		target: EnvironmentId,
		request: CloneRequest & { readonly actor: string; readonly effect_id: string | null },
	): Promise<JobDocument>;
	/** The job at its end, or as it stands after ten minutes or when the signal comes. */
	waitFor(tenant: Tenant, id: JobId, signal: AbortSignal): Promise<JobDocument>;
}

export function createClonesService({
	jobs,
	environments,
	projects,
}: {
	jobs: Pick<JobsService, 'enqueue' | 'waitFor' | 'atWork'>;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	projects: Pick<ProjectsService, 'get'>;
}): ClonesService {
	/** What the source must be; of one that a job works on, its data may change under the copy. */
	const checkSource = async (source: EnvironmentDocument) => {
		const job = await jobs.atWork(source.organization_id, source._id);
		if (job !== null) {
			const detail = `The job ${job._id} is at work on the source. Wait for its end, then try again.`;
			throw new ApiError('environment_busy', detail, { members: { job_id: job._id } });
		}
		if (source.status === 'running') return;
		throw new ApiError('environment_not_running', `The source is ${source.status}. Start or deploy it first.`, {
			members: { environment_status: source.status },
		});
	};

	return {
		async clone(tenant, target_id, { actor, effect_id, ...request }) {
			const target = await environments.get(tenant, target_id);
			const { organization_id, project_id } = target;
			if (request.source_env === target_id) {
				throw invalidInput('/source_env', 'is the environment itself; its data is there already');
			}
			const source = await environments.find(organization_id, request.source_env);
			if (source === null) {
				throw invalidInput(
					'/source_env',
					"names no environment of the target's organization that this key can see",
				);
			}
			checkFit(source, target);
			if (target.production && !request.allow_production_target) {
				throw new ApiError(
					'production_target',
					`${target.name} is marked production. Send "allow_production_target": true where its data is to be replaced.`,
				);
			}
			if (target.git_sha === '') {
				throw new ApiError(
					'environment_not_deployed',
					'Nothing was deployed to the target yet, and data needs its add-ons. Deploy first.',
					{ members: { environment_status: target.status } },
				);
			}
			await checkSource(source);
			const { profile = 'minimal', attachments = 'public' } = request;
			const { sanitize_rules: rules = [] } = await projects.get(organization_id, source.project_id);
			return jobs.enqueue(organization_id, {
				kind: 'clone',
				project_id,
				environment_id: target_id,
				actor,
				effect_id,
				data: {
					source: { id: source._id, name: source.name },
					sanitize: request.sanitize ? { profile, attachments, rules } : null,
					result: null,
					is_lost: false,
					environment: null,
				} satisfies CloneRecord,
			});
		},
		waitFor: (tenant, id, signal) => jobs.waitFor(tenant, id, { timeoutMs: WAIT_MS, signal }),
	};
}

function checkFit(source: EnvironmentDocument, target: EnvironmentDocument): void {
	if (source.odoo_version !== target.odoo_version) {
		throw new ApiError(
			'environments_differ',
			`${source.name} runs Odoo ${source.odoo_version}, ${target.name} runs Odoo ${target.odoo_version}. Data moves ` +
				'between versions by an upgrade alone: clone into an environment of the same version.',
		);
	}
	if (source.runtime !== target.runtime) {
		throw new ApiError(
			'environments_differ',
			`${source.name} is run by ${source.runtime}, ${target.name} by ${target.runtime}. Clone into an environment that ` +
				`is run by ${source.runtime}.`,
		);
	}
}
