import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import { preferredType } from '../../http/accept';
import { pathId } from '../../http/fields';
import { defineRoute, reply, type Route, TextBody } from '../../http/route';
import { timeSchema } from '../../http/time';
import { ServerError } from '../../runtimes/runtime';
import type { Runtimes } from '../../runtimes/runtimes';
import { siteLogEvents, siteLogText, tailSchema } from './logs';
import { metricsSchema } from './metrics';
import type { EnvironmentsService } from './service';
import { siteOf } from './site';

const read = { by: 'key', permission: 'environments:read', plan: 'starter' } as const;
const ofEnvironment = z.strictObject({ environment_id: pathId('environment') });

const loginSchema = z
	.object({
		url: z.url().meta({ description: 'Where to sign in' }),
		login: z.string().meta({ description: 'The name to sign in with' }),
		password: z.string().meta({ description: 'As the first deploy made it' }),
	})
	.meta({
		id: 'EnvironmentLogin',
		examples: [{ url: 'https://shop-x7k2p9.apps.example.com', login: 'admin', password: 'mR3fS0h8Qd1vT5yX7zB2' }],
	});

/** How an environment's Odoo is entered, and what it says and takes. */
export const watchRoutes = ({
	environments,
	runtimes,
	clock,
}: {
	environments: Pick<EnvironmentsService, 'get'>;
	runtimes: Pick<Runtimes, 'of'>;
	clock: Clock;
}): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/logs',
		operationId: 'getEnvironmentLogs',
		summary: 'Read what the Odoo of an environment writes: as text, or line by line as it comes, by Accept',
		notes:
			'`Accept: text/event-stream` follows the log until Odoo ends, as it does at each deploy: `{"text"}` each. Whoever ' +
			'comes back gets the last lines again; with `tail=0`, new ones alone. Lines are cut off after 2,000 characters. ' +
			'They are those of the release that serves; an earlier one takes its lines along.',
		access: read,
		errors: ['not_acceptable', 'server_unreachable'],
		texts: ['text/plain', 'text/event-stream'],
		input: {
			params: ofEnvironment,
			query: z.strictObject({
				tail: tailSchema,
				since: timeSchema.optional().describe('Only lines that were written at this time or later'),
			}),
		},
		responses: { 200: z.undefined() },
		handle: async ({ params, query: { tail, since = null }, headers, caller, signal }) => {
			const environment = await environments.get(caller.tenant, params.environment_id);
			const type = preferredType(headers.accept, ['text/plain', 'text/event-stream']);
			const follow = type === 'text/event-stream';
			const lines = runtimes.of(environment.runtime).logs(siteOf(environment), { tail, since, follow, signal });
			return reply(
				200,
				new TextBody(type, follow ? siteLogEvents(lines, clock) : await orUnreachable(siteLogText(lines))),
			);
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/metrics',
		operationId: 'getEnvironmentMetrics',
		summary: 'Get what an environment takes at this moment; looks at it for a second',
		access: read,
		errors: ['server_unreachable'],
		input: { params: ofEnvironment },
		responses: { 200: metricsSchema },
		handle: async ({ params, caller, signal }) => {
			const environment = await environments.get(caller.tenant, params.environment_id);
			const runtime = runtimes.of(environment.runtime);
			const metrics = await orUnreachable(runtime.metrics(siteOf(environment), signal));
			return reply(200, { at: clock.now().toISOString(), ...metrics });
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/login',
		operationId: 'getEnvironmentLogin',
		summary: 'Get with what people sign in to a new Odoo as its administrator',
		notes: 'The password is one that the first deploy made. Whoever changes it in Odoo keeps the new one alone.',
		access: { by: 'key', permission: 'environments:write', plan: 'starter' },
		errors: ['environment_not_deployed'],
		input: { params: ofEnvironment },
		responses: { 200: loginSchema },
		handle: async ({ params, caller }) => {
			const environment = await environments.get(caller.tenant, params.environment_id);
			const login =
				environment.git_sha === ''
					? null
					: await runtimes.of(environment.runtime).firstLogin(siteOf(environment));
			if (login === null) throw new ApiError('environment_not_deployed', 'Nothing was deployed to it yet.');
			return reply(200, { url: environment.primary_url, ...login });
		},
	}),
];

/** A server's failure, as one that the client is told of. */
async function orUnreachable<T>(work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (error) {
		throw error instanceof ServerError ? new ApiError('server_unreachable', error.message) : error;
	}
}
