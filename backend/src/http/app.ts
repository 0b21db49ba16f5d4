import express, {
	type ErrorRequestHandler,
	type Express,
	type Request,
	type RequestHandler,
	type Response,
} from 'express';
import { NotReadyError } from '../core/disk-space';
import { ApiError } from '../core/errors';
import type { Logger } from '../core/log';
import type { Access } from '../access/access';
import { type Authenticator, CHALLENGE } from '../access/authenticators';
import { authorize } from '../access/authorize';
import { type Caller, callerId, type KeyCaller } from '../access/caller';
import { requireSignature } from '../access/hmac-signature';
import { identify } from '../access/identify';
import { accessLog } from './access-log';
import { addressOf } from './address';
import { type Audit, isDeed } from './audit';
import type { Idempotency } from './idempotency';
import type { LoginGate } from './login-gate';
import { blankNotes } from './notes';
import type { RateLimiter } from './rate-limit';
import { readBody } from './read-body';
import type { RefusedKeys } from './refused-keys';
import { requestId, requestIdOf } from './request-id';
import { type Route, FileBody, TextBody } from './route';
import { securityHeaders } from './security-headers';
import { sendError } from './send-error';
import { sendJson } from './send-json';
import { sendFile, sendText } from './send-text';

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
	/** The proxies whose word on where a request came from is taken, as ranges (CIDR). */
	readonly trustedProxies?: readonly string[];
	/** Whether the process is of any use; where not, it should be started anew. */
	readonly isAlive: () => boolean;
	/** Rejects while the service cannot do its work. */
	readonly ready: () => Promise<void>;
}

/** The pipeline that every request passes, in this order. */
export function createApp({ routes, mounts, trustedProxies = [], isAlive, ready, ...steps }: AppOptions): Express {
	const { log } = steps;
	const app = express();
	app.disable('x-powered-by');
	app.disable('etag');
	app.enable('case sensitive routing');
	app.set('trust proxy', trustedProxies);

	app.use(requestId);
	app.use(accessLog(log));
	app.use(securityHeaders);
	app.get('/healthz', (_request, response) => {
		if (isAlive()) response.json({ status: 'ok' });
		else response.status(503).json({ status: 'stuck' });
	});
	app.get('/readyz', async (_request, response) => {
		try {
			await ready();
			response.json({ status: 'ready' });
		} catch (error) {
			log.warn({ err: error }, 'not ready');
			const reason = error instanceof NotReadyError ? { reason: error.message } : {};
			response.status(503).json({ status: 'unavailable', ...reason });
		}
	});
	for (const [path, handler] of Object.entries(mounts)) app.use(path, handler);

	for (const route of routes) app[route.method](expressPath(route), serve(route, steps));
	for (const route of routes) app.all(expressPath(route), refuseMethod(route, routes, steps));
	app.use(
		refuse(
			new ApiError('unknown_route', 'There is nothing at this path; /api/v1/docs shows what there is.'),
			steps,
		),
	);
	app.use(fail(log));
	return app;
}

const expressPath = (route: Route) => route.path.replace(/\{(\w+)\}/g, ':$1');

/** Aborted when the client leaves before it has its reply. */
function goneSignal(response: Response): AbortSignal {
	const gone = new AbortController();
	response.once('close', () => {
		if (!response.writableFinished) gone.abort();
	});
	return gone.signal;
}

/** Who asks, by the ways that routes with such access take; null where nothing says so. */
const callerOf = (
	request: Request,
	access: Access,
	signal: AbortSignal,
	{ authenticators, refusedKeys }: Steps,
): Promise<Caller | null> =>
	identify(request.headers, access, authenticators, (token, { authenticate, isOurs }) =>
		refusedKeys.watch({ address: addressOf(request), token, signal, isOurs }, () => authenticate(token)),
	);

/** Counts a request of a key, and tells the client in its reply's headers. */
async function spend(caller: KeyCaller, response: Response, { rateLimiter }: Steps) {
	const rate = await rateLimiter.spend(caller);
	response.set(rate.headers);
	if (rate.refusal) throw rate.refusal;
}

/**
 * One declared route: who asks and how often, whether they may, what they send and whether they signed it, what they get;
 * failures in the words of the route's family.
 */
const serve =
	(route: Route, steps: Steps): RequestHandler =>
	async (request, response) => {
		const { loginGate, idempotency, audit, log } = steps;
		const id = requestIdOf(response.locals);
		const signal = goneSignal(response);
		let leave = () => {};
		try {
			const { headers, params, query } = request;
			const caller = await callerOf(request, route.access, signal, steps);
			if (caller === null) throw unauthenticated();
			if (caller.kind === 'key') await spend(caller, response, steps);
			else leave = loginGate.enter(callerId(caller));
			authorize(caller, route.access);
			// A file may be larger than memory: its route reads it.
			const isFile = route.upload !== undefined;
			const rawBody = isFile ? Buffer.alloc(0) : await readBody(request, response, route.bodySize);
			const notes = blankNotes();
			const once = idempotency.of(route, { params, query, headers, rawBody, caller, signal, notes });
			requireSignature(caller, headers, rawBody);
			const deed = () => ({
				action: route.operationId,
				path_ids: Object.values(params).map(String),
				caller,
				address: addressOf(request),
				request_id: id,
			});
			const reply = await route.run({
				params,
				query,
				headers,
				rawBody,
				...(isFile ? { file: request } : {}),
				caller,
				requestId: id,
				signal,
				notes,
				once: isDeed(route) ? (work, options) => once((run) => audit(deed(), () => work(run)), options) : once,
			});
			response.status(reply.status).set(reply.headers);
			if (reply.body instanceof TextBody) await sendText(response, reply.body);
			else if (reply.body instanceof FileBody) await sendFile(response, reply.body);
			else if (reply.body === undefined) response.end();
			else await sendJson(response, reply.body);
		} catch (error) {
			// Who has left wants no answer, and that they left is no failure.
			if (!signal.aborted || error !== signal.reason) sendError(error, response, log, route);
		} finally {
			leave();
		}
	};

const unauthenticated = () =>
	new ApiError(
		'authentication_required',
		'No API key was sent. Send one as "Authorization: Bearer <key>" or in the header X-API-Key.',
		CHALLENGE,
	);

/** Refuses a request that no route serves. A key that came with it is looked up and counted as it is everywhere. */
const refuse =
	(reason: ApiError, steps: Steps, { route, allow }: { route?: Route; allow?: string } = {}): RequestHandler =>
	async (request, response) => {
		const signal = goneSignal(response);
		try {
			const caller = await callerOf(request, ANYBODY, signal, steps);
			if (caller?.kind === 'key') await spend(caller, response, steps);
			if (allow !== undefined) response.setHeader('Allow', allow);
			throw reason;
		} catch (error) {
			if (!signal.aborted || error !== signal.reason) sendError(error, response, steps.log, route);
		}
	};

const ANYBODY: Access = { by: 'key', permission: null, plan: 'free' };

function refuseMethod(route: Route, routes: readonly Route[], steps: Steps): RequestHandler {
	const path = expressPath(route);
	const methods = routes.filter((other) => expressPath(other) === path).map((other) => other.method.toUpperCase());
	const allow = methods.join(', ');
	return refuse(new ApiError('method_not_allowed', `This path takes ${allow}.`), steps, { route, allow });
}

/** Express tells error handlers by their four parameters. */
const fail =
	(log: Logger): ErrorRequestHandler =>
	(error: unknown, _request, response, _next) =>
		sendError(error, response, log);
