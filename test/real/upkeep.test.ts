import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { until } from '../support/until';
import { DOCKER_HOST, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;
/** A look is due every minute. */
const LOOK_MS = 180_000;

const jobSchema = z.object({ kind: z.string(), actor: z.string(), status: z.string() });

(DOCKER_HOST === undefined ? describe.skip : describe)('a server that people have laid hands on', () => {
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;
	const named = async (role: string) => {
		const found = await real.engine.containers({
			'io.odoo-platform.installation': real.platform.firstRun.organization_id,
			'io.odoo-platform.role': role,
		});
		return found.map(({ name }) => name);
	};
	const serves = async () => {
		await until(async () => (await real.visit(environment.primary_url).catch(() => 0)) === 200, LOOK_MS);
		return real.call(environment.id, 'res.partner', 'search_read', [[['ref', '=', 'kept']]], { fields: ['name'] });
	};

	beforeAll(async () => {
		real = await openRealEnvironments(DOCKER_HOST ?? '');
		environment = await real.addEnvironment('handled', { modules: [] });
		expect(await real.deploy(environment.id)).toMatchObject({ status: 'succeeded' });
		await real.call(environment.id, 'res.partner', 'create', [{ name: 'Kept', ref: 'kept' }]);
	}, PATIENCE_MS);

	afterAll(() => real.close(), PATIENCE_MS);

	it(
		'serves again with its data after its containers, its network and its ingress were removed',
		async () => {
			for (const role of ['web', 'db', 'ingress']) {
				for (const name of await named(role)) await real.engine.remove(name);
			}
			for (const { name } of await real.engine.networks({ 'io.odoo-platform.environment': environment.id })) {
				await real.engine.removeNetwork(name);
			}
			expect(await serves()).toMatchObject([{ name: 'Kept' }]);
			const { json } = await real.platform.api('GET', `/api/v1/jobs?environment_id=${environment.id}&limit=1`);
			const [job] = z.object({ data: z.array(jobSchema) }).parse(json).data;
			expect(job).toMatchObject({ kind: 'repair', actor: 'upkeep' });
		},
		PATIENCE_MS,
	);

	it(
		'is rid of what belongs to nobody, keeps data that nobody knows, and touches nothing of others',
		async () => {
			const { engine, platform } = real;
			const ours = { 'io.odoo-platform.installation': platform.firstRun.organization_id };
			const nobody = { 'io.odoo-platform.environment': 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B' };
			const unique = platform.firstRun.organization_id.slice(-8).toLowerCase();
			const volumes = {
				orphan: { ...ours, ...nobody, 'io.odoo-platform.role': 'job' },
				data: { ...ours, ...nobody, 'io.odoo-platform.role': 'db' },
				others: { 'io.odoo-platform.installation': 'another', ...nobody, 'io.odoo-platform.role': 'job' },
			};
			const name = (what: string) => `upkeep-${unique}-${what}`;
			for (const [what, labels] of Object.entries(volumes)) await engine.ensureVolume(name(what), labels);
			await engine.ensureNetwork(name('orphan'), { ...ours, ...nobody, 'io.odoo-platform.role': 'db' });
			const left = async (what: keyof typeof volumes) =>
				(await engine.volumes(volumes[what])).some((volume) => volume.name === name(what));
			try {
				await until(async () => !(await left('orphan')), LOOK_MS);
				await until(async () => (await engine.networks({ ...ours, ...nobody })).length === 0, LOOK_MS);
				expect([await left('data'), await left('others')]).toEqual([true, true]);
			} finally {
				for (const what of Object.keys(volumes)) await engine.removeVolume(name(what));
			}
		},
		PATIENCE_MS,
	);
});
