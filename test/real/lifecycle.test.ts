import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { metricsSchema } from '../../backend/src/features/environments/metrics';
import { openEventStream } from '../support/event-stream';
import { DOCKER_HOST, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;

(DOCKER_HOST === undefined ? describe.skip : describe)('an environment on a Docker Engine that is stopped', () => {
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;

	const ask = async (what: string, method: 'GET' | 'POST' = 'POST') =>
		(
			await real.platform.api(
				method,
				`/api/v1/environments/${environment.id}/${what}`,
				method === 'GET' ? undefined : { wait: true },
			)
		).json;
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

	it('is not measured, and its log is still read', async () => {
		expect((await ask('metrics', 'GET')).database).toEqual({ memory_bytes: null, size_bytes: null });
		expect((await real.platform.api('GET', `/api/v1/environments/${environment.id}/logs`)).text).toContain('odoo');
	});

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
			const metrics = metricsSchema.parse(await ask('metrics', 'GET'));
			expect(metrics.memory_limit_bytes).toBe(1024 * 1024 * 1024);
			const measured = [
				metrics.memory_bytes,
				metrics.processes,
				...Object.values(metrics.database),
				metrics.disk_bytes.database,
			];
			expect(measured.every((amount) => (amount ?? 0) > 0)).toBe(true);
			expect([metrics.cpu_percent, metrics.disk_bytes.filestore].every((amount) => (amount ?? -1) >= 0)).toBe(
				true,
			);
		},
		PATIENCE_MS,
	);

	it(
		'has its log read line by line as Odoo writes it',
		async () => {
			const stream = await openEventStream(
				`${real.platform.url}/api/v1/environments/${environment.id}/logs?tail=0`,
				{ Authorization: `Bearer ${real.platform.firstRun.api_key}` },
			);
			await real.visit(environment.primary_url, '/web/login?noted=by-the-log');
			const lines: string[] = [];
			while (!lines.at(-1)?.includes('noted=by-the-log')) lines.push((await stream.next())?.data ?? '');
			stream.close();
			expect(lines.at(-1)).toContain('werkzeug');
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
