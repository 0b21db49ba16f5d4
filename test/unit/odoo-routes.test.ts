import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '../../backend/src/core/clock';
import { ApiError } from '../../backend/src/core/errors';
import { createIds } from '../../backend/src/core/ids';
import { PERMISSIONS } from '../../backend/src/core/permissions';
import type { LogsService } from '../../backend/src/features/odoo-routes/logs/service';
import { odooRoutes } from '../../backend/src/features/odoo-routes/routes';
import type { Act } from '../../backend/src/features/odoo-routes/service';
import { openApiDocument } from '../../backend/src/http/openapi';
import { blankNotes } from '../../backend/src/http/notes';
import type { RouteRequest } from '../../backend/src/http/route';
import { createFakeClock } from '../support/fake-clock';
import { keyCaller } from '../support/key-caller';
import { until } from '../support/until';

const ids = createIds(systemClock);
const organization_id = ids.next('organization');

/** The routes over an Odoo that does what `act` says, with what they wrote down. */
function routesOver(act: Act<{ readonly model: string }>, clock: Clock = systemClock) {
	const logged: Parameters<LogsService['write']>[0][] = [];
	const told: string[] = [];
	const routes = odooRoutes({
		odoo: { create: act, update: act, createOrUpdate: act, search: act, call: act },
		callbacks: {
			open: () => Promise.resolve(ids.next('callback')),
			finish: (_organization, _id, body) => {
				told.push(body);
				return Promise.resolve();
			},
			find: () => Promise.resolve(null),
		},
		logs: {
			write: (log) => {
				logged.push(log);
				return Promise.resolve();
			},
		},
		clock,
	});
	return { routes, logged, told };
}

/** A request whose client leaves when `signal` says so. */
function request(vals: object, signal: AbortSignal, hmac_secret: string | null = null): RouteRequest {
	const rawBody = Buffer.from(JSON.stringify({ params: { model: 'res.partner', vals } }));
	return {
		params: {},
		query: {},
		caller: keyCaller({ scope: 'webhook', organization_id, permissions: new Set(PERMISSIONS), hmac_secret }),
		headers: {},
		rawBody,
		requestId: 'req_1',
		signal,
		notes: blankNotes(),
		once: (work) => work({ effect_id: null, signal }),
	};
}

const search = (routes: ReturnType<typeof routesOver>['routes'], asked: RouteRequest) => {
	const route = routes.find(({ operationId }) => operationId === 'searchData');
	if (route === undefined) throw new Error('no such route');
	return route.run(asked);
};

const untilAborted: Act<unknown> = (_caller, _params, { signal }) =>
	new Promise((_resolve, reject) => {
		signal.addEventListener('abort', () => reject(new DOMException('left', 'AbortError')));
	});

describe('a call of one of the five routes', () => {
	it('ends after ten minutes, though its callback waits for it', async () => {
		const clock = createFakeClock();
		let hasBegun = false;
		const { routes, told } = routesOver(async (_caller, _params, { signal }) => {
			hasBegun = true;
			await once(signal, 'abort');
			return { is_success: false, result: null, messages: String(signal.reason) };
		}, clock);
		const vals = { callback_url: 'https://hooks.example.com/odoo' };
		const reply = search(routes, request(vals, new AbortController().signal, 'a secret'));
		await until(() => hasBegun);
		await clock.advance(600_000);
		await reply;
		expect(told).toEqual([expect.stringContaining('The call took longer than 10 minutes.')]);
	});

	it('is broken off when its client leaves, and its log says what that means', async () => {
		const { routes, logged } = routesOver(untilAborted);
		const client = new AbortController();
		const reply = search(routes, request({}, client.signal));
		client.abort();
		await expect(reply).rejects.toThrow('left');
		expect(logged).toMatchObject([
			{ state: 'failed', model: 'res.partner', error: expect.stringContaining('may have been carried out') },
		]);
	});

	it('goes on when its client leaves where a callback is waited for', async () => {
		const outcome = { is_success: true, result: [], messages: 'done' };
		const { routes, told } = routesOver((_caller, _params, { signal }) =>
			Promise.resolve({ ...outcome, result: signal.aborted }),
		);
		const vals = { callback_url: 'https://hooks.example.com/odoo' };
		await search(routes, request(vals, AbortSignal.abort(), 'a secret'));
		expect(told.map((body): unknown => JSON.parse(body))).toMatchObject([{ result: { result: false } }]);
	});

	it('that fails unforeseen tells nothing of why, and has its log', async () => {
		const { routes, logged } = routesOver(() => Promise.reject(new Error('inside')));
		await expect(search(routes, request({}, new AbortController().signal))).rejects.toThrow('inside');
		expect(logged).toMatchObject([{ state: 'failed', error: expect.not.stringContaining('inside') }]);
	});

	it.each([
		['a result', 'odoo_timeout', 200, { result: { is_success: false, messages: 'why' } }],
		[
			'an error',
			'connection_bound',
			403,
			{ error: { code: 403, data: { name: 'connection_bound', message: 'why' } } },
		],
	] as const)('that fails is told as %s where that is %s', async (_what, code, status, body) => {
		const { routes } = routesOver(() => Promise.reject(new ApiError(code, 'why')));
		const reply = await search(routes, request({}, new AbortController().signal));
		expect(reply).toMatchObject({ status, body });
	});

	it('declares no status for input that is refused, which a result tells of', () => {
		const { paths } = openApiDocument(routesOver(untilAborted).routes);
		const codes = Object.values(paths['/api/search_data']?.post?.responses ?? {}).flatMap(
			(one) => one['x-codes'] ?? [],
		);
		expect(codes).toContain('rate_limited');
		expect(codes).not.toContain('validation_failed');
	});
});
