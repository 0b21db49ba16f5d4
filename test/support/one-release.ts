import { expect } from '@jest/globals';
import type { Engine } from '../../backend/src/docker/engine';

/** Asks the PostgreSQL of an environment; answers a line for each row, without the blanks around it. */
export async function askPostgres(
	engine: Engine,
	environment: string,
	database: string,
	sql: string,
): Promise<string[]> {
	const its = { 'io.odoo-platform.environment': environment, 'io.odoo-platform.role': 'db' };
	const [found] = await engine.containers(its);
	const command = ['psql', '-XAtq', '-U', 'postgres', '-p', '5432', '-d', database, '-c', sql];
	const { stdout } = await engine.exec(found?.name ?? '', command, { user: 'postgres' });
	return stdout.trim().split('\n');
}

/**
 * Holds that one release of an environment serves, on one database that lets people in, and that its server has nothing
 * more of it than this and what a rollback needs.
 * @returns the name of its database
 */
export async function expectOneRelease(engine: Engine, environment: string): Promise<string> {
	const its = { 'io.odoo-platform.environment': environment };
	const roles = (await engine.containers(its)).map(({ labels }) => labels['io.odoo-platform.role']);
	expect(roles.sort()).toEqual(['db', 'web']);
	const databases = await askPostgres(
		engine,
		environment,
		'postgres',
		`SELECT datname, datallowconn FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'`,
	);
	const present = databases.filter((row) => !row.includes('__'));
	expect(present).toEqual([expect.stringMatching(/\|t$/)]);
	expect(databases.length).toBeLessThanOrEqual(2);
	const releases = (await engine.volumes(its)).filter(({ name }) => name.includes('-release-'));
	expect(releases.length).toBeLessThanOrEqual(2);
	return present[0]?.split('|')[0] ?? '';
}
