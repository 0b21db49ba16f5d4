import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { ApiError } from '../core/errors';
import type { Logger } from '../core/log';
import { accessLog } from './access-log';
import { authorize } from './authorize';
import type { Authenticate } from './caller';
import { readBody } from './read-body';
import { requestId, requestIdOf } from './request-id';
import { type Route, TextBody } from './route';
import { securityHeaders } from './security-headers';
import { sendError } from './send-error';
import { sendText } from './send-text';

interface AppOptions {
	readonly routes: readonly Route[];
	/** Handlers of everything below a path that is not the API, e.g. the sandbox's Odoo. */
	readonly mounts: Readonly<Record<string, RequestHandler>>;
	readonly authenticate: Authenticate;
	/** Rejects while the service cannot do its work. */
	readonly ready: () => Promise<void>;
	readonly log: Logger;
}

/** The pipeline that every request passes, in this order. */
export function createApp({ routes, mounts, authenticate, ready, log }: AppOptions): Express {
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

	for (const route of routes) app[route.method](expressPath(route), serve(route, authenticate, log));
	for (const route of routes) app.all(expressPath(route), refuseMethod(route, routes, log));
	app.use(() => {
		throw new ApiError(
			404,
			'unknown_route',
			'There is nothing at this path; see the API reference for what there is.',
		);
	});
	app.use(fail(log));
	return app;
}

const expressPath = (route: Route) => route.path.replace(/\{(\w+)\}/g, ':$1');

/** One declared route: who asks, what they send, what they get; failures in the words of the route's family. */
const serve =
	(route: Route, authenticate: Authenticate, log: Logger): RequestHandler =>
	async (request, response) => {
		const id = requestIdOf(response.locals);
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		try {
			const caller = await authorize(request.headers, route, authenticate);
			const reply = await route.run({
				params: request.params,
				query: request.query,
				headers: request.headers,
				rawBody: await readBody(request, response),
				caller,
				requestId: id,
				log: log.child({ request_id: id, organization_id: caller.organization_id, key_id: caller.key_id }),
				signal: gone.signal,
			});
			response.status(reply.status).set(reply.headers);
			if (reply.body instanceof TextBody) await sendText(response, reply.body);
			else if (reply.body === undefined) response.end();
			else response.json(reply.body);
		} catch (error) {
			sendError(error, response, log, route.renderError);
		}
	};

function refuseMethod(route: Route, routes: readonly Route[], log: Logger): RequestHandler {
	const path = expressPath(route);
	const allowed = routes.filter((other) => expressPath(other) === path).map((other) => other.method.toUpperCase());
	return (_request, response) => {
		response.setHeader('Allow', allowed.join(', '));
		const error = new ApiError(405, 'method_not_allowed', `This path takes ${allowed.join(', ')}.`);
		sendError(error, response, log, route.renderError);
	};
}

/** Express tells error handlers by their four parameters. */
const fail =
	(log: Logger): ErrorRequestHandler =>
	(error: unknown, _request, response, _next) =>
		sendError(error, response, log);
