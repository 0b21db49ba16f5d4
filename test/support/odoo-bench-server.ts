import { createServer } from 'node:http';
import express from 'express';
import { createLogger } from '../../backend/src/core/log';
import { fetchHandler } from '../../backend/src/http/fetch-handler';
import { LIMITS } from '../../backend/src/http/limits';
import { startTestPlatform } from './platform';
import { openSandbox, SANDBOX_KEY } from './sandbox';

/**
 * The servers of the Odoo bench, each in a process of its own: `sandbox`, an Odoo-like server where there is no real one;
 * `gateway`, the whole service with a connection named `bench` to the Odoo that it is told of.
 */
async function main() {
	if (process.argv[2] === 'sandbox') await serveSandbox();
	else await serveGateway();
}

async function serveSandbox() {
	const sandbox = openSandbox();
	const app = express().use(
		fetchHandler(
			(_params, request) => sandbox.fetch(request.url.slice('http://localhost'.length), request),
			createLogger('warn'),
		),
	);
	const server = createServer(app);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
	process.send?.({ url, database: 'sandbox', login: 'admin', secret: SANDBOX_KEY });
}

async function serveGateway() {
	const [, , , url = '', database = '', login = '', secret = ''] = process.argv;
	const platform = await startTestPlatform({ LOG_LEVEL: 'warn' }, { limits: { ...LIMITS, webhook: 1e9 } });
	const connection = { name: 'bench', url, database, login, api_key: secret };
	const made = await platform.api('POST', '/api/v1/odoo-connections', connection);
	if (made.status !== 201) throw new Error(made.text);
	process.send?.({ url: platform.url, ...platform.firstRun.webhook_key });
}

void main();
