import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform } from '../support/platform';
import { type ReceivedRequest, type Receiver, startReceiver } from '../support/receiver';

/**
 * What this project did not write verifies what it sends: the documents' receivers, as printed but for base URLs, and
 * the packages that receivers use.
 */

const SAMPLES = path.resolve(__dirname, '../support/samples');
const SECRET = 'whsec_choose_a_long_random_string';

let platform: TestPlatform;
let inbox: Receiver;
let directory: string;
const processes: ChildProcess[] = [];

beforeAll(async () => {
	platform = await startTestPlatform();
	inbox = await startReceiver();
	directory = await mkdtemp(path.join(tmpdir(), 'odoo-platform-sample-'));
});

afterAll(async () => {
	for (const process of processes) process.kill();
	await platform.remove();
	await inbox.close();
	await rm(directory, { recursive: true });
});

const deliverySchema = z.object({
	status: z.string(),
	response_code: z.number().nullable(),
	response_body: z.string().nullable(),
	attempts: z.array(z.unknown()),
});

async function register(url: string, request: object = { events: ['deployment.*'], secret: SECRET }) {
	const { json } = await platform.api('POST', '/api/v1/webhooks', { url, ...request });
	const { id, secret } = z.object({ id: z.string(), secret: z.string() }).parse(json);
	return {
		secret,
		/** Sends a `webhook.test`. */
		test: async () => deliverySchema.parse((await platform.api('POST', `/api/v1/webhooks/${id}/test`)).json),
		/** Gives it another secret, and answers that. */
		rotate: async () => {
			const reply = await platform.api('POST', `/api/v1/webhooks/${id}/rotate-secret`, {});
			return z.object({ secret: z.string() }).parse(reply.json).secret;
		},
	};
}

/** A delivery as it really arrived. */
async function delivered(secret: string): Promise<ReceivedRequest> {
	const { test } = await register(inbox.url, { events: ['deployment.*'], secret });
	await test();
	const request = inbox.requests.at(-1);
	if (request === undefined) throw new Error('nothing arrived');
	return request;
}

/** What somebody else, or somebody later, could send in its place. */
const forgeries = ({ body, headers }: Pick<ReceivedRequest, 'body' | 'headers'>) => {
	const signed = (secret: string, seconds: number) => ({
		...headers,
		'x-oecsh-timestamp': String(seconds),
		'x-oecsh-signature': createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex'),
	});
	const now = Math.floor(Date.now() / 1_000);
	return {
		'another body': { body: body.replace('webhook.test', 'deployment.failed'), headers },
		'another secret': { body, headers: signed('whsec_guessed', now) },
		'a fresh time over an old signature': { body, headers: { ...headers, 'x-oecsh-timestamp': String(now + 1) } },
		'a signature of six minutes ago': { body, headers: signed(SECRET, now - 360) },
		'no signature': { body, headers: { ...headers, 'x-oecsh-signature': '' } },
	};
};
const FORGERIES = ['another body', 'another secret', 'a fresh time over an old signature', 'no signature'] as const;

/** Runs a receiver written for FastAPI and answers its URL. */
async function startPython(text: string, environment: Record<string, string> = {}) {
	const name = `receiver_${processes.length}`;
	await writeFile(path.join(directory, `${name}.py`), text);
	const python = spawn('python3', ['-c', `import ${name}; ${name}.app.serve()`], {
		env: {
			PATH: process.env.PATH,
			PYTHONPATH: `${SAMPLES}${path.delimiter}${directory}`,
			PYTHONDONTWRITEBYTECODE: '1',
			OECSH_WEBHOOK_SECRET: SECRET,
			...environment,
		},
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	processes.push(python);
	const [port] = z.tuple([z.string()]).parse(await once(createInterface(python.stdout), 'line'));
	return `http://127.0.0.1:${port}/oecsh/webhook`;
}

const sample = (name: string) => readFile(path.join(SAMPLES, name), 'utf8');
const hasPython = spawnSync('python3', ['--version']).status === 0;

(hasPython ? describe : describe.skip)('the documents’ receiver in Python', () => {
	let url: string;
	beforeAll(async () => {
		url = await startPython(await sample('webhook_receiver.py'));
	});

	/** Sends what arrived elsewhere, or a forgery of it. */
	const send = async ({ body, headers }: Pick<ReceivedRequest, 'body' | 'headers'>) => {
		const { 'x-oecsh-signature': signature, 'x-oecsh-timestamp': timestamp } = headers;
		const response = await fetch(url, {
			method: 'POST',
			body,
			headers: { 'X-OECSH-Signature': String(signature), 'X-OECSH-Timestamp': String(timestamp) },
		});
		return [response.status, await response.text()];
	};

	it('takes what the platform sends', async () => {
		const { test } = await register(url);
		expect(await test()).toMatchObject({ status: 'succeeded', response_code: 200, response_body: '{"ok":true}' });
	});

	it.each(FORGERIES)('refuses %s', async (forgery) => {
		expect(await send(forgeries(await delivered(SECRET))[forgery])).toEqual([401, '{"detail":"bad signature"}']);
	});

	it('refuses what is older than five minutes', async () => {
		const { 'a signature of six minutes ago': late } = forgeries(await delivered(SECRET));
		expect(await send(late)).toEqual([400, '{"detail":"stale event"}']);
	});

	it('pages somebody about a deployment that failed', async () => {
		const pagerduty = await startReceiver((response) => response.writeHead(202).end('{}'));
		const handler = (await sample('pagerduty.py')).replace('https://events.pagerduty.com', pagerduty.url);
		const receiver = (await sample('webhook_receiver.py')).replace(
			'        ...',
			'        trigger_pagerduty(event)',
		);
		await register(await startPython(`${handler}\n${receiver}`, { PAGERDUTY_ROUTING_KEY: 'R0' }));
		const { production } = platform.firstRun.environments;
		const route = `/api/v1/environments/${production}/deploy`;
		const { json } = await platform.api('POST', route, { ref: 'no-such-branch', wait: true });
		await pagerduty.received(1);
		await pagerduty.close();
		expect(JSON.parse(pagerduty.requests[0]?.body ?? '')).toMatchObject({
			routing_key: 'R0',
			event_action: 'trigger',
			dedup_key: `oecsh-deploy-${String(json.deployment_id)}`,
			payload: {
				summary: 'Deploy failed: production ()',
				component: 'production',
				custom_details: {
					environment_url: `${platform.url}/sandbox/${production}`,
					git_branch: null,
					duration_seconds: expect.any(Number),
					actor: expect.any(String),
				},
			},
		});
	});
});

describe('the documents’ verifier in Node.js', () => {
	/** Asks it about each of these, and answers what it says: true, false, or what it throws. */
	const verdicts = async (requests: Record<string, Pick<ReceivedRequest, 'body' | 'headers'>>) => {
		const script = path.join(directory, 'verify-oecsh-signature.mjs');
		await writeFile(script, await sample('verify-oecsh-signature.mjs.txt'));
		const ask = `
			import { verifyOecshSignature } from ${JSON.stringify(script)};
			import { readFileSync } from 'node:fs';
			const verdict = ({ body, headers }) => {
				try { return verifyOecshSignature(Buffer.from(body), headers, '${SECRET}'); }
				catch (error) { return error.code; }
			};
			const requests = Object.entries(JSON.parse(readFileSync(0, 'utf8')));
			console.log(JSON.stringify(Object.fromEntries(requests.map(([name, request]) => [name, verdict(request)]))));
		`;
		const printed = execFileSync(process.execPath, ['--input-type=module', '-e', ask], {
			input: JSON.stringify(requests),
		});
		return z.record(z.string(), z.unknown()).parse(JSON.parse(printed.toString()));
	};

	it('takes what the platform sends, and refuses everything else', async () => {
		const genuine = await delivered(SECRET);
		const truncated = { ...genuine.headers, 'x-oecsh-signature': 'abcd' };
		expect(
			await verdicts({ genuine, ...forgeries(genuine), truncated: { ...genuine, headers: truncated } }),
		).toEqual({
			genuine: true,
			'another body': false,
			'another secret': false,
			'a fresh time over an old signature': false,
			'a signature of six minutes ago': false,
			'no signature': false,
			truncated: 'ERR_CRYPTO_TIMING_SAFE_EQUAL_LENGTH',
		});
	});
});

describe.each([
	['standardwebhooks', StandardWebhook],
	['svix', SvixWebhook],
])('the package %s', (_, Webhook) => {
	const verifies = (secret: string, { body, headers }: ReceivedRequest, format?: 'raw') => {
		const plain = z.record(z.string(), z.string()).parse(headers);
		try {
			return new Webhook(secret, format && { format }).verify(body, plain);
		} catch (error) {
			return String(error);
		}
	};
	const last = () => {
		const request = inbox.requests.at(-1);
		if (request === undefined) throw new Error('nothing arrived');
		return request;
	};

	it('takes what is sent with a secret that was made', async () => {
		const { secret, test } = await register(inbox.url, { events: ['*'] });
		await test();
		expect(verifies(secret, last())).toMatchObject({ type: 'webhook.test' });
	});

	it('takes what is sent with the documents’ secret', async () => {
		expect(verifies(SECRET, await delivered(SECRET), 'raw')).toMatchObject({ type: 'webhook.test' });
	});

	it('takes either secret while a rotation overlaps, and no other', async () => {
		const { secret: old, test, rotate } = await register(inbox.url, { events: ['*'] });
		const { secret: foreign } = await register(inbox.url, { events: ['*'] });
		const fresh = await rotate();
		await test();
		expect([old, fresh, foreign].map((secret) => verifies(secret, last()))).toMatchObject([
			{ type: 'webhook.test' },
			{ type: 'webhook.test' },
			expect.stringContaining('No matching signature found'),
		]);
	});

	it.each([
		['another body', ({ body, ...rest }: ReceivedRequest) => ({ ...rest, body: `${body} ` })],
		['another id', headers({ 'webhook-id': 'evt_01HXMZ8QPK3R5T7V9X1Z3B5C7D' })],
		['a fresh time', headers({ 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) + 60) })],
		['an old time', headers({ 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 360) })],
	])('refuses %s', async (_forgery, forge) => {
		expect(verifies(SECRET, forge(await delivered(SECRET)), 'raw')).toMatch(/WebhookVerificationError/);
	});
});

/** The same request but for these headers. */
function headers(changed: Record<string, string>) {
	return (request: ReceivedRequest): ReceivedRequest => ({ ...request, headers: { ...request.headers, ...changed } });
}
