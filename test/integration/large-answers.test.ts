import { createServer, request, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { parse, stringify } from '../support/json-spies';
import { systemClock } from '../../backend/src/core/clock';
import { connectOdoo } from '../../backend/src/odoo/connect';
import { startTestPlatform, type TestPlatform } from '../support/platform';
import { portOf } from '../support/receiver';
import { signatureOf } from '../support/signed-request';

/** What becomes of a large answer of Odoo in the thread that serves everybody: it is never read or written at once. */

/** Far less than the answer, and more than what is read in that thread. */
const MUCH = 256 * 1024;
const ANSWER = `[${Array.from({ length: 30_000 }, (_, id) => `{"id":${id},"name":"A name that is long enough"}`).join()}]`;

beforeEach(() => {
	parse.mockClear();
	stringify.mockClear();
});
const mostRead = () => Math.max(0, ...parse.mock.calls.map(([json]) => json.length));
const mostWritten = () => Math.max(0, ...stringify.mock.results.map(({ value }) => String(value).length));

const REPLIES: Readonly<Record<string, string>> = {
	'/web/version': '{"version":"19.0"}',
	'/json/2/res.users/context_get': '{"uid":2}',
	'/json/2/res.users/read': '[{"id":2,"login":"admin","name":"Admin"}]',
};
const odoo = createServer((asked, response) => {
	asked.resume();
	response.writeHead(200, { 'Content-Type': 'application/json' }).end(REPLIES[asked.url ?? ''] ?? ANSWER);
});
let platform: TestPlatform;

beforeAll(async () => {
	await new Promise<void>((resolve) => odoo.listen(0, '127.0.0.1', resolve));
	platform = await startTestPlatform();
	const place = {
		url: `http://127.0.0.1:${portOf(odoo.address())}`,
		database: 'demo',
		login: 'admin',
		api_key: 'key',
	};
	await platform.api('POST', '/api/v1/odoo-connections', { name: 'large', ...place });
});
afterAll(async () => {
	await platform.remove();
	odoo.close();
});

const CALL = { model: 'res.partner', method: 'search_read', args: [[]], kwargs: {} };

/** By hand, as what else asks reads the reply. */
async function act(body: object, more: Record<string, string> = {}) {
	const { webhook_key } = platform.firstRun;
	const sent = JSON.stringify(body);
	const headers = {
		Authorization: `Bearer ${webhook_key.token}`,
		...signatureOf(webhook_key.hmac_secret, sent),
		...more,
	};
	return new Promise<{ headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
		request(`${platform.url}/api/n8n/webhook`, { method: 'POST', headers }, (response) => {
			text(response).then((all) => resolve({ headers: response.headers, body: all }), reject);
		})
			.on('error', reject)
			.end(sent);
	});
}

const EXECUTE = { action: 'execute_method', connection: 'large', ...CALL };

it('is handed on as it is', async () => {
	const reply = await act(EXECUTE);
	expect(reply.body).toBe(`{"success":true,"data":${ANSWER}}`);
	expect(reply.headers).toMatchObject({
		'content-type': 'application/json; charset=utf-8',
		'content-length': String(reply.body.length),
	});
	expect(mostRead()).toBeLessThan(MUCH);
	expect(mostWritten()).toBeLessThan(MUCH);
});

it('is handed on as it is in a batch', async () => {
	const reply = await act({ action: 'batch', requests: [EXECUTE, EXECUTE] });
	expect(reply.body).toContain(`{"success":true,"data":${ANSWER}},{"success":true,"data":${ANSWER}}`);
	expect(mostRead()).toBeLessThan(MUCH);
	expect(mostWritten()).toBeLessThan(MUCH);
});

it('is repeated for an Idempotency-Key as it was', async () => {
	const once = { 'Idempotency-Key': 'large' };
	const first = await act(EXECUTE, once);
	expect(mostRead()).toBeLessThan(MUCH);
	expect((await act(EXECUTE, once)).body).toBe(first.body);
});

it('is read piece by piece where the service works with it', async () => {
	const access = {
		url: `http://127.0.0.1:${portOf(odoo.address())}`,
		database: 'demo',
		login: 'admin',
		secret: 'key',
	};
	const client = await connectOdoo(access, { fetch, clock: systemClock });
	expect(await client.call(CALL)).toHaveLength(30_000);
	expect(mostRead()).toBeLessThan(MUCH);
});
