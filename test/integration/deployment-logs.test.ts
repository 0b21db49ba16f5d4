import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openEventStream } from '../support/event-stream';
import { addOrganization, startTestPlatform, type TestPlatform } from '../support/platform';

const pageSchema = z.object({
	data: z.array(z.object({ seq: z.number(), at: z.iso.datetime(), text: z.string() })),
	next_cursor: z.string().nullable(),
});

let platform: TestPlatform;
/** The log of a deployment that has ended. */
let path: string;
let lines: z.output<typeof pageSchema>['data'];

const page = async (query = '') => pageSchema.parse((await platform.api('GET', `${path}${query}`)).json);
const headers = (more: Record<string, string> = {}) => ({
	Authorization: `Bearer ${platform.firstRun.api_key}`,
	...more,
});

beforeAll(async () => {
	platform = await startTestPlatform();
	const route = `/api/v1/environments/${platform.firstRun.environments.staging}/deploy`;
	const { json } = await platform.api('POST', route, { ref: 'main', wait: true });
	path = `/api/v1/deployments/${String(json.deployment_id)}/logs`;
	lines = (await page()).data;
});

afterAll(() => platform.remove());

describe('the log of a deployment as pages', () => {
	it('has the lines with their numbers, from 1', () => {
		expect(lines.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6]);
		expect(lines[0]?.text).toBe('The repository was fetched.');
	});

	it('goes on with a cursor', async () => {
		const first = await page('?limit=4');
		const second = await page(`?limit=4&cursor=${String(first.next_cursor)}`);
		expect([...first.data, ...second.data]).toEqual(lines);
		expect(second.next_cursor).toBeNull();
	});

	it('goes on after a line', async () => {
		expect(await page('?after=4')).toEqual({ data: lines.slice(4), next_cursor: null });
	});

	it.each(['after=-1', 'after=x', 'limit=0', 'cursor=AAAA', 'tail=1'])('refuses ?%s', async (query) => {
		expect((await platform.api('GET', `${path}?${query}`)).status).toBe(422);
	});

	it('is nothing that others see', async () => {
		const { api_key } = await addOrganization(platform);
		expect((await platform.api('GET', path, undefined, { key: api_key })).status).toBe(404);
	});
});

describe('the log of a deployment as text', () => {
	it('has a line each with its time', async () => {
		const reply = await platform.api('GET', path, undefined, { headers: { Accept: 'text/plain' } });
		expect(reply.headers.get('content-type')).toBe('text/plain; charset=utf-8');
		expect(reply.text).toBe(lines.map(({ at, text }) => `${at} ${text}\n`).join(''));
	});

	it('is refused where the client takes nothing that there is', async () => {
		const { json } = await platform.api('GET', path, undefined, { headers: { Accept: 'text/html' } });
		expect(json).toMatchObject({ status: 406, code: 'not_acceptable' });
	});
});

describe('the log of a deployment as events', () => {
	it('tells each line with its number and ends with the status', async () => {
		const stream = await openEventStream(platform.url + path, headers());
		expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
		expect(await stream.rest()).toEqual([
			...lines.map((line) => ({ id: String(line.seq), data: JSON.stringify(line) })),
			{ event: 'end', data: '{"status":"succeeded"}' },
		]);
	});

	it('goes on after the line that the client saw last', async () => {
		const stream = await openEventStream(platform.url + path, headers({ 'Last-Event-ID': '5' }));
		expect(await stream.rest()).toMatchObject([{ id: '6' }, { event: 'end' }]);
	});

	it('refuses a Last-Event-ID that it never gave', async () => {
		const { response } = await openEventStream(platform.url + path, headers({ 'Last-Event-ID': 'banana' }));
		expect(response.status).toBe(422);
	});
});
