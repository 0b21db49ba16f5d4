import { createHmac } from 'node:crypto';
import { Pool } from 'undici';
import { benchGateway, benchOdoo } from '../support/odoo-bench';
import { rush } from '../support/rush';

/**
 * What the gateway costs: a `search_read` of ten companies through it, with a signed request and everything on, beside
 * the same call made to Odoo's JSON-2 directly, in turns. Rates are of the fastest of many short rounds, as Odoo, the
 * service and the load share the machine with whatever else runs there. `npm run bench -- odoo`, on the Odoo 19 that
 * `ODOO_URL`, `ODOO_DB`, `ODOO_LOGIN` and `ODOO_API_KEY` name, else on a sandbox in a process of its own; the service's
 * database is the embedded engine or `MONGODB_URI`. What many items cost through the node: `npm run bench -- odoo-node`.
 */
const PARALLEL = 16;
const ROUNDS = 15;
const CALLS = 200;

type Send = () => Promise<void>;

/** Posts the same again and again, over connections that stay open where the server keeps them. */
function sender(base: string, route: string, headers: Record<string, string>, body: string): Send {
	const { origin, pathname } = new URL(base);
	const pool = new Pool(origin, { connections: PARALLEL });
	const request = {
		method: 'POST' as const,
		path: pathname.replace(/\/$/, '') + route,
		headers: { 'content-type': 'application/json', ...headers },
		body,
	};
	return async () => {
		const { statusCode, body: reply } = await pool.request(request);
		const text = await reply.text();
		if (statusCode !== 200) throw new Error(`HTTP ${statusCode}: ${text.slice(0, 500)}`);
	};
}

/** How long one call takes, in milliseconds. */
async function time(send: Send): Promise<number> {
	const start = performance.now();
	await send();
	return performance.now() - start;
}

const percentile = (values: readonly number[], part: number) =>
	values.toSorted((one, other) => one - other)[Math.floor(values.length * part)] ?? NaN;

async function main() {
	const odoo = await benchOdoo();
	const gateway = await benchGateway(odoo);

	const domain = [['is_company', '=', true]];
	const kwargs = { fields: ['name', 'email', 'phone'], limit: 10 };
	const action = { action: 'execute_method', model: 'res.partner', method: 'search_read', args: [domain], kwargs };
	const signed = JSON.stringify({ ...action, connection: 'bench' });
	const send = {
		direct: sender(
			odoo.url,
			'/json/2/res.partner/search_read',
			{ authorization: `bearer ${odoo.secret}`, 'x-odoo-database': odoo.database },
			JSON.stringify({ domain, ...kwargs }),
		),
		gateway: sender(
			gateway.url,
			'/api/n8n/webhook',
			{
				authorization: `Bearer ${gateway.token}`,
				'x-hmac-signature': createHmac('sha256', gateway.hmac_secret).update(signed).digest('hex'),
			},
			signed,
		),
	};

	const names = ['direct', 'gateway'] as const;
	const rates = { direct: new Array<number>(), gateway: new Array<number>() };
	const times = { direct: new Array<number>(), gateway: new Array<number>() };
	for (const name of names) await rush(send[name], CALLS * 3, PARALLEL);
	for (let round = 0; round < ROUNDS; round++) {
		for (let n = 0; n < CALLS; n++) for (const name of names) times[name].push(await time(send[name]));
		for (const name of names) rates[name].push(await rush(send[name], CALLS, PARALLEL));
	}

	console.log(`search_read of ten companies, ${odoo.name}`);
	const labels = { direct: "Odoo's JSON-2, directly", gateway: 'the gateway, everything on' };
	for (const name of names) {
		const [p50, p99] = [percentile(times[name], 0.5), percentile(times[name], 0.99)];
		console.log(
			`${labels[name].padEnd(27)} one at a time p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms; ` +
				`${PARALLEL} at a time ${Math.max(...rates[name]).toFixed(0)}/s`,
		);
	}
	const added = percentile(times.gateway, 0.5) - percentile(times.direct, 0.5);
	const share = Math.max(...rates.gateway) / Math.max(...rates.direct);
	console.log(`p50 ${added.toFixed(2)} ms more, ${(share * 100).toFixed(0)} % of the throughput`);
	process.exit(0);
}

void main();
