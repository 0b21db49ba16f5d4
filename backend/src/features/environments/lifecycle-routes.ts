import { z } from 'zod';
import { pathId } from '../../http/fields';
import { defineRoute, reply, type Route } from '../../http/route';
import { jobSchema, presentJob } from '../jobs/schemas';
import { isEnded } from '../jobs/service';
import type { LifecycleKind, LifecycleService } from './lifecycle';

const lifecycleRequest = z
	.strictObject({
		wait: z
			.boolean()
			.default(false)
			.describe(
				'Whether the reply waits for the end, for up to 10 minutes, and is 200 then, though the job may have failed; ' +
					'without, it is 202 at once',
			),
	})
	.default({ wait: false })
	.meta({ id: 'LifecycleRequest', examples: [{ wait: true }] });

/** `/api/v1/environments/{environment_id}/stop`, `start` and `restart` */
export const lifecycleRoutes = ({ lifecycle }: { lifecycle: LifecycleService }): Route[] => {
	const routeOf = (
		kind: LifecycleKind,
		otherwise: 'environment_not_running' | 'environment_not_stopped',
		about: { readonly summary: string; readonly notes: string },
	) =>
		defineRoute({
			method: 'post',
			path: `/api/v1/environments/{environment_id}/${kind}`,
			operationId: `${kind}Environment`,
			...about,
			access: { by: 'key', permission: 'environments:write', plan: 'starter' },
			errors: ['environment_busy', 'environment_not_deployed', otherwise],
			input: { params: z.strictObject({ environment_id: pathId('environment') }), body: lifecycleRequest },
			responses: { 200: jobSchema, 202: jobSchema },
			handle: async ({ params, body, caller, effect_id, signal }) => {
				const request = { actor: caller.actor, effect_id, wait: body.wait, signal };
				const job = await lifecycle.ask(caller.tenant, params.environment_id, kind, request);
				return reply(isEnded(job) ? 200 : 202, presentJob(job));
			},
		});
	return [
		routeOf('stop', 'environment_not_running', {
			summary: 'Stop an environment: it serves nobody, and keeps its data',
			notes: 'It is answered with 503 until it is started, or deployed, which starts it too.',
		}),
		routeOf('start', 'environment_not_stopped', {
			summary: 'Start an environment that is stopped or failed, with the release that served last',
			notes: 'The job ends when it serves. Where Odoo does not come to answer, the environment is failed, and ended again.',
		}),
		routeOf('restart', 'environment_not_running', {
			summary: 'Stop an environment that runs or failed, and start it',
			notes: 'Nobody is served meanwhile. How its Odoo runs does not change: that takes a deploy.',
		}),
	];
};
