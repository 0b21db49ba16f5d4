import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { preferenceApplied, type Preferences, readPreferences } from '../../http/prefer';
import { defineRoute, reply, type Route } from '../../http/route';
import { timeSchema } from '../../http/time';
import { logRoute } from '../jobs/log-route';
import { statusFilter } from '../jobs/schemas';
import { isEnded, type JobsService } from '../jobs/service';
import {
	deploymentSchema,
	deployReply,
	deployRequest,
	presentDeploy,
	presentDeployment,
	rollbackRequest,
} from './schemas';
import { type DeploymentsService, MAX_WAIT_SECONDS } from './service';

/** How long a deploy is waited for, by its body or by `Prefer`, and whether it must have succeeded then. */
function waitingOf({ wait }: z.output<typeof deployRequest>, headers: IncomingHttpHeaders) {
	const preferred = readPreferences(headers);
	const seconds = Math.min(preferred.wait ?? (wait === false ? 0 : MAX_WAIT_SECONDS), MAX_WAIT_SECONDS);
	const strict = wait === 'strict' || (seconds > 0 && preferred.handling === 'strict');
	const applied: Preferences = {
		...(preferred.wait === undefined ? {} : { wait: seconds }),
		...(preferred.handling === undefined || seconds === 0 ? {} : { handling: strict ? 'strict' : 'lenient' }),
	};
	return { seconds, strict, applied };
}

/** What a deploy that must have succeeded is refused with; null where it has. */
function strictFailure({ status, job_id, deployment_id, deployment }: z.output<typeof deployReply>): ApiError | null {
	if (status === 'succeeded') return null;
	const members = { deployment_status: status, deployment_id, job_id };
	if (status === 'failed' || status === 'canceled') {
		const reason = deployment.error === null ? '' : `: ${deployment.error.message}`;
		return new ApiError('deployment_failed', `The deployment ${ENDED[status]}${reason}`, { members });
	}
	return new ApiError(
		'deployment_unfinished',
		`The deployment was still ${status} when the time to wait was over. It goes on; ask for it by its id.`,
		{ members },
	);
}

const ENDED = { failed: 'failed', canceled: 'was canceled' };

const read = { by: 'key', permission: 'deployments:read', plan: 'starter' } as const;
const ofDeployment = z.strictObject({ deployment_id: pathId('deployment') });
const ofEnvironment = z.strictObject({ environment_id: pathId('environment') });

/** `/api/v1/deployments`, and deploying */
export const deploymentRoutes = ({
	deployments,
	jobs,
	pager,
	clock,
}: {
	deployments: DeploymentsService;
	jobs: JobsService;
	pager: Pager;
	clock: Clock;
}): Route[] => [
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/deploy',
		operationId: 'deployEnvironment',
		summary: 'Deploy a branch, tag or commit; answers at once, or with "wait" when it has ended',
		access: { by: 'key', permission: 'deployments:trigger', plan: 'starter' },
		notes:
			`\`Prefer: wait=60\` (RFC 7240) waits for up to 60 seconds, at most ${MAX_WAIT_SECONDS}; with ` +
			'`handling=strict` beside it, or `"wait": "strict"`, everything but a success is 409, so that `curl -f` fails. ' +
			'`Preference-Applied` tells what was honored.',
		resumable: true,
		errors: ['environment_busy', 'deployment_failed', 'deployment_unfinished'],
		input: { params: ofEnvironment, body: deployRequest },
		responses: { 200: deployReply, 202: deployReply },
		handle: async ({ params, body, headers, caller, effect_id, signal }) => {
			const tenant = caller.tenant;
			const request = { ref: body.ref, rehearse: body.rehearse, actor: caller.actor, effect_id };
			const { seconds, applied } = waitingOf(body, headers);
			const queued = await deployments.deploy(tenant, params.environment_id, request);
			const job = seconds > 0 ? await deployments.waitFor(tenant, queued._id, { seconds, signal }) : queued;
			return { ...reply(isEnded(job) ? 200 : 202, presentDeploy(job)), headers: preferenceApplied(applied) };
		},
		failureOf: ({ body, headers }, { body: answer }) =>
			waitingOf(body, headers).strict ? strictFailure(deployReply.parse(answer)) : null,
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/rollback',
		operationId: 'rollBackEnvironment',
		summary:
			'Bring an environment back to an earlier deployment; answers at once, or with "wait" when that has ended',
		access: { by: 'key', permission: 'deployments:trigger', plan: 'starter' },
		resumable: true,
		errors: ['environment_busy', 'nothing_to_roll_back', 'rollback_loses_data', 'server_unreachable'],
		input: { params: ofEnvironment, body: rollbackRequest },
		responses: { 200: deployReply, 202: deployReply },
		handle: async ({ params, body: { to, database, wait }, caller, effect_id, signal }) => {
			const { tenant, actor } = caller;
			const request = { to, database, actor, effect_id };
			const queued = await deployments.rollBack(tenant, params.environment_id, request);
			const job = wait
				? await deployments.waitFor(tenant, queued._id, { seconds: MAX_WAIT_SECONDS, signal })
				: queued;
			return reply(isEnded(job) ? 200 : 202, presentDeploy(job));
		},
	}),
	listRoute(pager, {
		path: '/api/v1/deployments',
		operationId: 'listDeployments',
		summary: 'List deployments, newest first',
		access: read,
		filters: {
			status: statusFilter.optional(),
			environment_id: idSchema('environment')
				.optional()
				.meta({ description: 'Only deployments to this environment' }),
			project_id: idSchema('project').optional().meta({ description: 'Only deployments of this project' }),
			since: timeSchema
				.optional()
				.meta({ description: 'Only deployments that were asked for, or ended, at this time or later' }),
		},
		kind: 'job',
		item: deploymentSchema,
		present: presentDeployment,
		list: ({ caller, query }, after, limit) => deployments.list(caller.tenant, query, after, limit),
	}),
	listRoute(pager, {
		path: '/api/v1/environments/{environment_id}/deployments',
		operationId: 'listEnvironmentDeployments',
		summary: "List an environment's deployments, newest first",
		access: read,
		params: ofEnvironment,
		kind: 'job',
		item: deploymentSchema,
		present: presentDeployment,
		list: ({ caller, params: { environment_id } }, after, limit) =>
			deployments.listOf(caller.tenant, environment_id, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/deployments/{deployment_id}',
		operationId: 'getDeployment',
		summary: 'Get a deployment',
		access: read,
		input: { params: ofDeployment },
		responses: { 200: deploymentSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentDeployment(await deployments.get(caller.tenant, params.deployment_id))),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/deployments/{deployment_id}/cancel',
		operationId: 'cancelDeployment',
		summary: 'Cancel a deployment: at once while it waits, soon while it runs',
		access: { by: 'key', permission: 'deployments:trigger', plan: 'starter' },
		resumable: true,
		errors: ['deployment_ended'],
		input: { params: ofDeployment },
		responses: { 200: deployReply, 202: deployReply },
		handle: async ({ params, caller }) => {
			const job = await deployments.cancel(caller.tenant, params.deployment_id, caller.actor);
			return reply(isEnded(job) ? 200 : 202, presentDeploy(job));
		},
	}),
	logRoute(
		{ jobs, pager, clock },
		{
			path: '/api/v1/deployments/{deployment_id}/logs',
			operationId: 'getDeploymentLogs',
			summary: "Read a deployment's log: as pages, as text, or line by line as it is written, by Accept",
			access: read,
			params: ofDeployment,
			jobOf: (tenant, { deployment_id }) => deployments.get(tenant, deployment_id),
		},
	),
];
