import { z } from 'zod';
import { requirePermission } from '../../access/authorize';
import { pathId } from '../../http/fields';
import { defineRoute, reply, type Route } from '../../http/route';
import { jobReply, presentJobReply } from '../jobs/schemas';
import { isEnded } from '../jobs/service';
import { cloneRequest } from './schemas';
import type { ClonesService } from './service';

/** `/api/v1/environments/{environment_id}/clone` */
export const cloneRoutes = ({ clones }: { clones: ClonesService }): Route[] => [
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/clone',
		operationId: 'cloneEnvironment',
		summary: "Put a copy of another environment's data in the place of this one's, sanitized unless told otherwise",
		notes:
			'The environment keeps its URL, settings, variables and add-ons, and serves on with its own data until the copy is ' +
			'ready. `GET /api/v1/environments/{environment_id}/login` tells how the administrator of a sanitized copy signs in; one ' +
			'that is copied as it is takes the passwords of the source, and needs `backups:download` besides.',
		access: { by: 'key', permission: 'deployments:trigger', plan: 'starter' },
		resumable: true,
		errors: [
			'environment_busy',
			'environment_not_deployed',
			'environment_not_running',
			'environments_differ',
			'production_target',
		],
		input: { params: z.strictObject({ environment_id: pathId('environment') }), body: cloneRequest },
		responses: { 200: jobReply, 202: jobReply },
		handle: async ({ params, body: { wait, ...request }, caller, effect_id, signal }) => {
			const { tenant, actor } = caller;
			// Whoever could not download the data must not bring it where others read it.
			if (!request.sanitize) requirePermission(caller, 'backups:download');
			const queued = await clones.clone(tenant, params.environment_id, { ...request, actor, effect_id });
			const job = wait ? await clones.waitFor(tenant, queued._id, signal) : queued;
			return reply(isEnded(job) ? 200 : 202, presentJobReply(job));
		},
	}),
];
