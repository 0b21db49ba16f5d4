import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DOCKER_HOST, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;

(DOCKER_HOST === undefined ? describe.skip : describe)('an environment on a Docker Engine that is stopped', () => {
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;

	const ask = async (kind: string) =>
		(await real.platform.api('POST', `/api/v1/environments/${environment.id}/${kind}`, { wait: true })).json;
	const statusNow = async () =>
		(await real.platform.api('GET', `/api/v1/environments/${environment.id}/status`)).json;
	const names = async () =>
		JSON.stringify(await real.call(environment.id, 'acme.note', 'search_read', [[]], { fields: ['name'] }));

	beforeAll(async () => {
		real = await openRealEnvironments(DOCKER_HOST ?? '');
		environment = await real.addEnvironment('resting', { modules: ['acme_notes'] });
		await real.deploy(environment.id);
		await real.call(environment.id, 'acme.note', 'create', [{ name: 'kept' }]);
		expect(await ask('stop')).toMatchObject({ status: 'succeeded', error: null });
	}, PATIENCE_MS);

	afterAll(() => real.close(), PATIENCE_MS);

	it('runs nothing on its server, and is answered with 503 by its ingress', async () => {
		const containers = await real.engine.containers({ 'io.odoo-platform.environment': environment.id });
		expect(containers.map(({ running }) => running)).toEqual([false, false]);
		expect(await real.visit(environment.primary_url)).toBe(503);
		expect(await statusNow()).toMatchObject({
			status: 'stopped',
			health: { healthy: false, message: 'it is stopped' },
		});
	});

	it(
		'serves with its data once it is started',
		async () => {
			expect(await ask('start')).toMatchObject({ status: 'succeeded', error: null });
			expect(await real.visit(environment.primary_url)).toBe(200);
			expect(await names()).toContain('"kept"');
			expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
		},
		PATIENCE_MS,
	);

	it(
		'serves after a restart',
		async () => {
			expect(await ask('restart')).toMatchObject({ status: 'succeeded', error: null });
			expect(await real.visit(environment.primary_url)).toBe(200);
		},
		PATIENCE_MS,
	);

	it(
		'is started by a deploy, and serves what that brings',
		async () => {
			await ask('stop');
			real.repository.commit({ 'README.md': 'Notes' });
			expect(await real.deploy(environment.id)).toMatchObject({ status: 'succeeded', error: null });
			expect(await real.visit(environment.primary_url)).toBe(200);
			expect(await names()).toContain('"kept"');
		},
		PATIENCE_MS,
	);
});
