import { LIMITS } from '../../backend/src/http/limits';
import { startTestPlatform } from './platform';
import { serveSandbox } from './sandbox-server';

/**
 * The servers of the Odoo bench, each in a process of its own: `sandbox`, an Odoo-like server where there is no real one;
 * `gateway`, the whole service with a connection named `bench` to the Odoo that it is told of.
 */
async function main() {
	const [, , role, url = '', database = '', login = '', api_key = ''] = process.argv;
	if (role === 'sandbox') {
		const { close: _, ...access } = await serveSandbox();
		process.send?.(access);
		return;
	}
	const platform = await startTestPlatform({ LOG_LEVEL: 'warn' }, { limits: { ...LIMITS, webhook: 1e9 } });
	const connection = { name: 'bench', url, database, login, api_key };
	const made = await platform.api('POST', '/api/v1/odoo-connections', connection);
	if (made.status !== 201) throw new Error(made.text);
	process.send?.({ url: platform.url, ...platform.firstRun.webhook_key });
}

void main();
