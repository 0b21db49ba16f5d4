import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 100;

/** Runs the `docker` program and answers what it printed. */
const docker = async (...args: readonly string[]) => (await promisify(execFile)('docker', args)).stdout.trim();

/** Tries it again and again until it does not fail. */
async function until(work: () => Promise<unknown>): Promise<void> {
	for (;;) {
		const done = await work().then(
			() => true,
			() => false,
		);
		if (done) return;
		await sleep(POLL_MS);
	}
}

/**
 * An Odoo and its PostgreSQL as people make them by hand, with the `docker` program and psql: what the platform's own way
 * is measured beside. Nothing is hardened, compared, kept for later or undone; add-ons are read from where they lie.
 */
export function bareOdoo(name: string, { addons, label }: { addons: string; label: string }) {
	const database = `${name}-db`;
	const web = `${name}-web`;
	const common = ['--network', name, '--label', label];
	const odoo = [
		...common,
		...['--user', 'odoo', '--entrypoint', 'odoo', '--env', 'HOME=/var/lib/odoo', '--tmpfs', '/mnt/extra-addons'],
		...['--volume', `${name}-data:/var/lib/odoo`, '--volume', `${addons}:/mnt/addons:ro`, 'odoo:19.0'],
		...['--database', 'main', '--db_host', 'db', '--db_port', '5432', '--db_user', 'odoo', '--db_password', 'odoo'],
		...['--data-dir', '/var/lib/odoo', '--addons-path', '/mnt/addons', '--workers', '0', '--max-cron-threads', '1'],
	];
	const psql = (...statements: readonly string[]) =>
		docker(
			...['exec', '--user', 'postgres', database, 'psql', '-Xqp', '5432', '-v', 'ON_ERROR_STOP=1'],
			...statements.flatMap((sql) => ['-c', sql]),
		);

	/** Starts Odoo and waits until it serves its page of logins. */
	const start = async () => {
		await docker('run', '--detach', '--name', web, ...odoo);
		const address = await docker(
			...['inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', web],
		);
		await until(async () => {
			const { status } = await fetch(`http://${address}:8069/web/login`, { redirect: 'manual' });
			if (status !== 200) throw new Error(`HTTP ${status}`);
		});
	};
	const stop = () => docker('rm', '--force', '--volumes', web);
	const run = (...args: readonly string[]) =>
		docker('run', '--rm', '--name', `${name}-job`, ...odoo, ...args, '--stop-after-init', '--no-http');

	return {
		start,
		stop,
		/** Everything from nothing to an Odoo that serves, with these modules. */
		async make(modules: string) {
			await docker('network', 'create', '--label', label, name);
			for (const volume of ['db', 'data'])
				await docker('volume', 'create', '--label', label, `${name}-${volume}`);
			await docker(
				...['run', '--detach', '--name', database, ...common, '--network-alias', 'db'],
				...['--env', 'POSTGRES_PASSWORD=odoo', '--env', 'PGPORT=5432'],
				...['--volume', `${name}-db:/var/lib/postgresql/data`, 'postgres:17'],
			);
			await until(() => docker('exec', database, 'pg_isready', '-q', '-h', '127.0.0.1', '-p', '5432'));
			await psql("CREATE ROLE odoo LOGIN PASSWORD 'odoo'", 'CREATE DATABASE main OWNER odoo TEMPLATE template0');
			await run('-i', `base,${modules}`);
			await start();
		},
		/** Ends Odoo, copies the database, updates these modules and starts Odoo anew. */
		async update(modules: string) {
			await stop();
			await psql(
				"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'main'",
				'DROP DATABASE IF EXISTS main_before',
				'CREATE DATABASE main_before OWNER odoo TEMPLATE main',
			);
			await run('-u', modules);
			await start();
		},
	};
}
