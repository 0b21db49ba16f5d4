import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ApiError } from '../core/errors';
import type { Logger } from '../core/log';
import type { Authenticator } from '../access/authenticators';
import { authorize } from '../access/authorize';
import { callerId } from '../access/caller';
import { requireSignature } from '../access/hmac-signature';
import { identify } from '../access/identify';
import { accessLog } from './access-log';
import { type Audit, isDeed } from './audit';
import type { Idempotency } from './idempotency';
import type { LoginGate } from './login-gate';
import { blankNotes } from './notes';
import type { RateLimiter } from './rate-limit';
import { readBody } from './read-body';
import type { RefusedKeys } from './refused-keys';
import { requestId, requestIdOf } from './request-id';
import { type Route, TextBody } from './route';
import { securityHeaders } from './security-headers';
import { sendError } from './send-error';
import { sendText } from './send-text';

/** What the steps of a declared route's pipeline need. */
interface Steps {
	/** The ways in which requests tell who sends them, the first one first. */
	readonly authenticators: readonly Authenticator[];
	readonly refusedKeys: RefusedKeys;
	readonly rateLimiter: RateLimiter;
	readonly loginGate: LoginGate;
	readonly idempotency: Idempotency;
	readonly audit: Audit;
	readonly log: Logger;
}

interface AppOptions extends Steps {
	readonly routes: readonly Route[];
	/** Handlers of everything below a path that is not the API, e.g. the sandbox's Odoo. */
	readonly mounts: Readonly<Record<string, RequestHandler>>;
	/** Rejects while the service cannot do its work. */
	readonly ready: () => Promise<void>;
}

/** The pipeline that every request passes, in this order. */
export function createApp({ routes, mounts, ready, ...steps }: AppOptions): Express {
	const { log } = steps;
	const app = express();
	app.disable('x-powered-by');
	app.disable('etag');
	app.enable('case sensitive routing');

	app.use(requestId);
	app.use(accessLog(log));
	app.use(securityHeaders);
	app.get('/healthz', (_request, response) => {
		response.json({ status: 'ok' });
	});
	app.get('/readyz', async (_request, response) => {
		try {
			await ready();
			response.json({ status: 'ready' });
		} catch (error) {
			log.warn({ err: error }, 'not ready');
			response.status(503).json({ status: 'unavailable' });
		}
	});
	for (const [path, handler] of Object.entries(mounts)) app.use(path, handler);

	for (const route of routes) app[route.method](expressPath(route), serve(route, steps));
	for (const route of routes) app.all(expressPath(route), refuseMethod(route, routes, log));
	app.use(() => {
		throw new ApiError('unknown_route', 'There is nothing at this path; /api/v1/docs shows what there is.');
	});
	app.use(fail(log));
	return app;
}

const expressPath = (route: Route) => route.path.replace(/\{(\w+)\}/g, ':$1');

/**
 * One declared route: who asks and how often, whether they may, what they send and whether they signed it, what they get;
 * failures in the words of the route's family.
 */
const serve =
	(
		route: Route,
		{ authenticators, refusedKeys, rateLimiter, loginGate, idempotency, audit, log }: Steps,
	): RequestHandler =>
	async (request, response) => {
		const id = requestIdOf(response.locals);
		const gone = new AbortController();
		const { signal } = gone;
		response.once('close', () => {
			if (!response.writableFinished) gone.abort();
		});
		let leave = () => {};
		try {
			const { headers, params, query } = request;
			const address = request.socket.remoteAddress ?? '';
			const caller = await identify(headers, route.access, authenticators, (token, authenticate) =>
				refusedKeys.watch({ address, token, signal }, () => authenticate(token)),
			);
			if (caller.kind === 'key') {
				const rate = await rateLimiter.spend(caller);
				response.set(rate.headers);
				if (rate.refusal) throw rate.refusal;
			} else {
				leave = loginGate.enter(callerId(caller));
			}
			authorize(caller, route.access);
			const rawBody = await readBody(request, response, route.bodySize);
			const notes = blankNotes();
			const once = idempotency.of(route, { params, query, headers, rawBody, caller, signal, notes });
			requireSignature(caller, headers, rawBody);
			const deed = () => ({
				action: route.operationId,
				path_ids: Object.values(params).map(String),
				caller,
				address,
				request_id: id,
			});
			const reply = await route.run({
				params,
				query,
				headers,
				rawBody,
				caller,
				requestId: id,
				signal,
				notes,
				once: isDeed(route) ? (work, options) => once((run) => audit(deed(), () => work(run)), options) : once,
			});
			response.status(reply.status).set(reply.headers);
			if (reply.body instanceof TextBody) await sendText(response, reply.body);
			else if (reply.body === undefined) response.end();
			else response.json(reply.body);
		} catch (error) {
			// Who has left wants no answer, and that they left is no failure.
			if (!signal.aborted || error !== signal.reason) sendError(error, response, log, route);
		} finally {
			leave();
		}
	};

function refuseMethod(route: Route, routes: readonly Route[], log: Logger): RequestHandler {
	const path = expressPath(route);
	const allowed = routes.filter((other) => expressPath(other) === path).map((other) => other.method.toUpperCase());
	return (_request, response) => {
		response.setHeader('Allow', allowed.join(', '));
		const error = new ApiError('method_not_allowed', `This path takes ${allowed.join(', ')}.`);
		sendError(error, response, log, route);
	};
}

/** Express tells error handlers by their four parameters. */
const fail =
	(log: Logger): ErrorRequestHandler =>
	(error: unknown, _request, response, _next) =>
		sendError(error, response, log);
