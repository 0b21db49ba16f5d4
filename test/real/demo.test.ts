import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { type Engine, openEngine } from '../../backend/src/docker/engine';
import { freePort } from '../support/free-port';
import { DOCKER_HOST, removeAll } from '../support/real-environments';
import { openDemo } from '../support/run-demo';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 900_000;

(DOCKER_HOST === undefined ? describe.skip : describe)('the demo on a Docker Engine', () => {
	let demo: ReturnType<typeof openDemo>;
	let engine: Engine;

	beforeAll(async () => {
		const socket = new URL(DOCKER_HOST ?? '').pathname;
		engine = openEngine({ kind: 'socket', path: socket }, { lookup: () => undefined, checkAddress: () => false });
		demo = openDemo({
			DOCKER_HOST: DOCKER_HOST ?? '',
			INGRESS_HTTP_PORT: String(await freePort()),
			INGRESS_HTTPS_PORT: String(await freePort()),
		});
	});
	afterAll(async () => {
		const written: unknown = JSON.parse(readFileSync(demo.firstRunFile, 'utf8'));
		await removeAll(engine, z.object({ organization_id: z.string() }).parse(written).organization_id);
		demo.remove();
	}, PATIENCE_MS);

	it(
		'reports from a real Odoo, tells how that comes to be, and how it is removed',
		async () => {
			const { code, output, errors } = await demo.run('--docker');
			expect({ code, errors }).toEqual({ code: 0, errors: '' });
			expect(output).toMatch(/^ +\d+ % {2}Odoo 19\.0 makes its database\.$/m);
			expect(output).toMatch(/^ +\d+ % {2}Module \w+ \(\d+ of \d+\)$/m);
			expect(output).toMatch(/✓ Read confirmed sales: [1-9]\d* items/);
			expect(output).toMatch(/curl -X DELETE \S+\/api\/v1\/environments\/env_/);
		},
		PATIENCE_MS,
	);

	it(
		'updates the environment of its earlier run',
		async () => {
			const { code, output, errors } = await demo.run('--docker');
			expect({ code, errors }).toEqual({ code: 0, errors: '' });
			expect(output).toContain('To be updated: acme_loyalty; to be installed: nothing.');
			expect(output).toMatch(/✓ Read confirmed sales: [1-9]\d* items/);
		},
		PATIENCE_MS,
	);

	it('says on the sandbox that a real Odoo is there for the asking', async () => {
		expect((await demo.run()).output).toContain('npm run demo -- --docker does the same on a real Odoo.');
	});
});
