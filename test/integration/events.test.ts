import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

const listSchema = z.object({
	data: z.array(z.looseObject({ id: z.string(), type: z.string(), created_at: z.string() })),
	next_cursor: z.string().nullable(),
});

const deliverySchema = z.looseObject({ event_id: z.string(), status: z.string() });

let platform: TestPlatform;

const list = async (query = '') => listSchema.parse((await platform.api('GET', `/api/v1/events${query}`)).json);
const typesOf = async (query: string) => (await list(query)).data.map(({ type }) => type);

const DEPLOYMENT = ['deployment.succeeded', 'deployment.started', 'deployment.queued'];

beforeAll(async () => {
	platform = await startTestPlatform();
	const { production } = platform.firstRun.environments;
	await platform.api('POST', `/api/v1/environments/${production}/deploy`, { ref: 'main', wait: true });
	await until(async () => (await list()).data.some(({ type }) => type === 'deployment.succeeded'));
});

afterAll(() => platform.remove());

describe('GET /events', () => {
	it('lists what happened, the newest first, though no webhook asks for it', async () => {
		expect((await typesOf('')).filter((type) => type.startsWith('deployment.'))).toEqual(DEPLOYMENT);
	});

	it('goes on page by page', async () => {
		const first = await list('?limit=2');
		const second = await list(`?limit=2&cursor=${String(first.next_cursor)}`);
		expect([...first.data, ...second.data]).toEqual((await list()).data.slice(0, 4));
	});

	it.each([
		['deployment.*', DEPLOYMENT],
		['deployment.queued,deployment.started', ['deployment.started', 'deployment.queued']],
		['server.*', []],
	])('shows of type %s those alone', async (type, expected) => {
		expect(await typesOf(`?type=${type}`)).toEqual(expected);
	});

	it('shows since a time what happened then and later', async () => {
		const [latest] = (await list('?type=deployment.*')).data;
		const at = Date.parse(latest?.created_at ?? '');
		const since = (ms: number) => list(`?type=deployment.*&since=${new Date(at + ms).toISOString()}`);
		expect([(await since(0)).data[0], (await since(1)).data]).toEqual([latest, []]);
	});

	it('shows since a time what a paused webhook is told later', async () => {
		const { api_key: key } = await addOrganization(platform);
		const since = new Date().toISOString();
		const pausedWebhook = async () => {
			const body = { url: 'https://hooks.example.com/', events: ['*'] };
			const { json } = await platform.api('POST', '/api/v1/webhooks', body, { key });
			await platform.api('POST', `/api/v1/webhooks/${String(json.id)}/pause`, undefined, { key });
			return String(json.id);
		};
		const first = await pausedWebhook();
		await pausedWebhook();
		const heldAt = (id: string) => platform.api('GET', `/api/v1/webhooks/${id}/deliveries`, undefined, { key });
		const held = await until(async () => {
			const { data } = z.object({ data: z.array(deliverySchema) }).parse((await heldAt(first)).json);
			return data[0];
		});
		const shown = await platform.api('GET', `/api/v1/events?since=${since}`, undefined, { key });
		expect(held.status).toBe('held');
		expect(listSchema.parse(shown.json).data.map(({ id }) => id)).toContain(held.event_id);
	});

	it('shows since long ago everything', async () => {
		expect(await list('?since=0001-01-01T00:00:00Z')).toEqual(await list());
	});

	it('shows of an environment what is about it', async () => {
		const { production, staging } = platform.firstRun.environments;
		expect([
			(await typesOf(`?type=deployment.*&environment_id=${production}`)).length,
			await typesOf(`?type=deployment.*&environment_id=${staging}`),
		]).toEqual([3, []]);
	});

	it.each(['?type=deployment.exploded', '?type=', '?since=yesterday', '?environment_id=production'])(
		'refuses %s',
		async (query) => {
			expect(await platform.api('GET', `/api/v1/events${query}`)).toMatchObject({ status: 422 });
		},
	);
});

describe('GET /events/{event_id}', () => {
	it('answers what the list shows of it', async () => {
		const [latest] = (await list()).data;
		expect((await platform.api('GET', `/api/v1/events/${String(latest?.id)}`)).json).toEqual(latest);
	});

	it('is 404 where there is none', async () => {
		expect(await platform.api('GET', '/api/v1/events/evt_01HXMZ0K3RJ8QM2P5T7V9X1Z3B')).toMatchObject({
			status: 404,
		});
	});
});
