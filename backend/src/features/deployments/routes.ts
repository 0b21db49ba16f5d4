import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { idSchema } from '../../core/ids';
import { preferredType } from '../../http/accept';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route, TextBody } from '../../http/route';
import { timeSchema } from '../../http/time';
import { statusFilter } from '../jobs/schemas';
import { isEnded, type JobLogLine, type JobsService } from '../jobs/service';
import { lastEventId, lineNumber, logEvents, logLineSchema, logText, presentLogLine } from './logs';
import { deploymentSchema, deployReply, deployRequest, presentDeploy, presentDeployment } from './schemas';
import type { DeploymentsService } from './service';

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
		resumable: true,
		errors: ['environment_busy'],
		input: { params: ofEnvironment, body: deployRequest },
		responses: { 200: deployReply, 202: deployReply },
		handle: async ({ params, body, caller, effect_id, signal }) => {
			const tenant = caller.tenant;
			const request = { ref: body.ref, actor: caller.actor, effect_id };
			const queued = await deployments.deploy(tenant, params.environment_id, request);
			const job = body.wait ? await deployments.waitFor(tenant, queued._id, signal) : queued;
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
	defineRoute({
		method: 'get',
		path: '/api/v1/deployments/{deployment_id}/logs',
		operationId: 'getDeploymentLogs',
		summary: "Read a deployment's log: as pages, as text, or line by line as it is written, by Accept",
		notes:
			'`Accept: text/event-stream` follows the log until the deployment has ended; `Last-Event-ID` says after which ' +
			'line to go on.',
		access: read,
		input: {
			params: ofDeployment,
			query: z.strictObject({ ...pageQuery, after: lineNumber.optional() }),
		},
		errors: ['not_acceptable'],
		texts: ['text/plain', 'text/event-stream'],
		responses: { 200: pageOf(logLineSchema) },
		handle: async ({ params: { deployment_id }, query, headers, caller, signal }) => {
			const job = await deployments.get(caller.tenant, deployment_id);
			const after = query.after ?? 0;
			switch (preferredType(headers.accept, ['application/json', 'text/plain', 'text/event-stream'])) {
				case 'text/event-stream': {
					const last = lastEventId(headers) ?? after;
					return reply(
						200,
						new TextBody('text/event-stream', logEvents(jobs.follow(job, last, signal), clock)),
					);
				}
				case 'text/plain':
					return reply(200, new TextBody('text/plain', logText(jobs.allLines(job, after))));
				case 'application/json': {
					const { items, next_cursor } = await pager.walk({
						query,
						scope: ['deployment logs', deployment_id, String(after)],
						placeOf: ({ seq }: JobLogLine) => String(seq),
						parse: Number,
						fetch: (place, limit) => jobs.lines(job, place ?? after, limit),
					});
					return reply(200, { data: items.map(presentLogLine), next_cursor });
				}
			}
		},
	}),
];
