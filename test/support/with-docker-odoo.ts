import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openBareDocker, releaseOf, untold } from './bare-runtimes';
import { DOCKER_HOST } from './real-environments';

/**
 * Runs a command with an Odoo of an environment on the Docker Engine, as the suites that take an Odoo look for one:
 * `node -r ./test/support/ts-register.cjs test/support/with-docker-odoo.ts npx jest test/contract/gateway`
 */
async function main([command = '', ...args]: readonly string[]): Promise<number> {
	if (DOCKER_HOST === undefined) throw new Error('DOCKER_HOST names no Docker Engine');
	const over = new AbortController();
	for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => over.abort());
	const { signal } = over;
	const docker = await openBareDocker(DOCKER_HOST);
	try {
		const runtime = docker.open('docker');
		const site = docker.addSite({ modules: ['contacts', 'sale'], demo_data: true });
		await runtime.apply(site, releaseOf({}), untold({ signal }));
		const { url, database, login, secret } = await runtime.access(site);
		const odoo = { ODOO_URL: url, ODOO_DB: database, ODOO_LOGIN: login, ODOO_API_KEY: secret };
		const env = { ...process.env, ...odoo, ODOO_VERSION: Number.parseInt(site.odoo_version, 10).toString() };
		const child = spawn(command, args, { stdio: 'inherit', env, signal });
		await once(child, 'exit');
		return child.exitCode ?? 1;
	} finally {
		await docker.close();
	}
}

void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
