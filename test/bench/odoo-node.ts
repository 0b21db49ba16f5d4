import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import path from 'node:path';
import type { INodeParameters } from 'n8n-workflow';
import { Pool } from 'undici';
import { z } from 'zod';
import { loadPackage, runWorkflow } from '../../scripts/n8n-engine';
import { portOf } from '../support/fake-platform';
import { benchGateway, benchOdoo } from '../support/odoo-bench';

/**
 * What many items cost: 1,000 contacts created through the Odoo Gateway node in one item list, as it is built, in n8n's
 * own engine and signed; beside one call an item, of the gateway and of Odoo's JSON-2 itself, over a connection that
 * stays open. Calls are counted at Odoo's door. `npm run bench -- odoo-node`, on the Odoo 19 that `ODOO_URL`, `ODOO_DB`,
 * `ODOO_LOGIN` and `ODOO_API_KEY` name, else on a sandbox in a process of its own; all contacts are deleted in the end.
 */
const ITEMS = 1_000;
const ROUNDS = 3;

/** Passes everything on to Odoo and counts it. */
async function startDoor(url: string) {
	const { origin, pathname } = new URL(url);
	const pool = new Pool(origin, { connections: 4 });
	let calls = 0;
	const server = createServer((request, response) => {
		calls++;
		void pool
			.request({
				method: request.method === 'GET' ? 'GET' : 'POST',
				path: pathname.replace(/\/$/, '') + (request.url ?? '/'),
				headers: { ...request.headers, host: undefined, connection: undefined },
				body: request,
			})
			.then(({ statusCode, headers, body }) => {
				response.writeHead(statusCode, { 'content-type': headers['content-type'] });
				body.pipe(response);
			});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return { url: `http://127.0.0.1:${portOf(server.address())}`, take: () => [calls, (calls = 0)][0] ?? 0 };
}

async function main() {
	const odoo = await benchOdoo();
	const door = await startDoor(odoo.url);
	const gateway = await benchGateway({ ...odoo, url: door.url });
	const direct = new Pool(door.url, { connections: 1 });
	const signed = new Pool(gateway.url, { connections: 1 });
	const call = async (method: string, body: object): Promise<unknown> => {
		const reply = await direct.request({
			method: 'POST',
			path: `/json/2/res.partner/${method}`,
			headers: {
				'content-type': 'application/json',
				authorization: `bearer ${odoo.secret}`,
				'x-odoo-database': odoo.database,
			},
			body: JSON.stringify(body),
		});
		if (reply.statusCode !== 200) throw new Error(`HTTP ${reply.statusCode}: ${await reply.body.text()}`);
		return reply.body.json();
	};

	const credentials = {
		odooGatewayApi: { baseUrl: gateway.url, apiKey: gateway.token, hmacSecret: gateway.hmac_secret },
	};
	const pack = await loadPackage(path.join(__dirname, '../..'));
	const parameters: INodeParameters = {
		resource: 'record',
		operation: 'create',
		model: { __rl: true, mode: 'id', value: 'res.partner' },
		values: {
			mappingMode: 'defineBelow',
			value: { name: '={{ $json.name }}', email: '={{ $json.email }}', phone: '={{ $json.phone }}' },
			matchingColumns: [],
			schema: [],
		},
		options: { connection: 'bench' },
	};
	const type = 'n8n-nodes-odoo-platform.odooGateway';
	const workflow = {
		name: 'bench',
		nodes: [
			{ id: 'create', name: 'create', type, typeVersion: 1, position: [0, 0] as [number, number], parameters },
		],
		connections: {},
	};
	const contacts = Array.from({ length: ITEMS }, (_, index) => ({
		name: `Bench ${index}`,
		email: `bench${index}@example.com`,
		phone: `+32 2 290 ${index}`,
	}));

	const byNode = async () => {
		const input = contacts.map((contact) => ({ json: contact }));
		const { error, items } = await runWorkflow(workflow, pack, { credentials, input });
		if (error !== undefined) throw error;
		return items.create?.map(({ json }) => Number(json.id)) ?? [];
	};
	const byHand = async () => {
		const ids: number[] = [];
		for (const contact of contacts)
			ids.push(...z.array(z.number()).parse(await call('create', { vals_list: [contact] })));
		return ids;
	};

	const byGateway = async () => {
		const ids: number[] = [];
		for (const contact of contacts) {
			const body = JSON.stringify({
				action: 'execute_method',
				model: 'res.partner',
				method: 'create',
				args: [contact],
				connection: 'bench',
			});
			const reply = await signed.request({
				method: 'POST',
				path: '/api/n8n/webhook',
				headers: {
					'content-type': 'application/json',
					authorization: `Bearer ${gateway.token}`,
					'x-hmac-signature': createHmac('sha256', gateway.hmac_secret).update(body).digest('hex'),
				},
				body,
			});
			ids.push(z.object({ data: z.number() }).parse(await reply.body.json()).data);
		}
		return ids;
	};

	const ways = { direct: byHand, gateway: byGateway, node: byNode };
	const labels = {
		direct: "one call an item of Odoo's JSON-2",
		gateway: 'one call an item of the gateway',
		node: 'the node, all items at once',
	};
	const names = ['direct', 'gateway', 'node'] as const;
	const seconds = { direct: new Array<number>(), gateway: new Array<number>(), node: new Array<number>() };
	const calls = { direct: 0, gateway: 0, node: 0 };
	for (let round = 0; round < ROUNDS; round++) {
		for (const name of names) {
			door.take();
			const from = performance.now();
			const ids = await ways[name]();
			seconds[name].push((performance.now() - from) / 1_000);
			calls[name] = door.take();
			if (new Set(ids).size !== ITEMS) throw new Error(`${name} created ${ids.length} contacts`);
			await call('unlink', { ids });
		}
	}

	/** Whatever else the machine does makes a round slower, never faster. */
	const fastest = (name: (typeof names)[number]) => Math.min(...seconds[name]);
	console.log(`${ITEMS} contacts, ${odoo.name}, fastest of ${ROUNDS}`);
	for (const name of names) {
		const figures = `${String(calls[name]).padStart(4)} calls, ${fastest(name).toFixed(2)} s`;
		console.log(`${labels[name].padEnd(34)} ${figures}`);
	}
	const share = (of: (name: (typeof names)[number]) => number) => ((of('node') * 100) / of('gateway')).toFixed(1);
	console.log(
		`${share((name) => calls[name])} % of the calls and ${share(fastest)} % of the time of one call an item`,
	);
	process.exit(0);
}

void main();
