import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { DOCKER_HOST, notesAddon, openRealEnvironments, type RealEnvironments } from '../support/real-environments';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;

(DOCKER_HOST === undefined ? describe.skip : describe)('an environment on a Docker Engine', () => {
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;
	let first: Awaited<ReturnType<RealEnvironments['deploy']>>;

	beforeAll(async () => {
		real = await openRealEnvironments(DOCKER_HOST ?? '');
		environment = await real.addEnvironment('notes');
		first = await real.deploy(environment.id);
	}, PATIENCE_MS);

	afterAll(() => real.close(), PATIENCE_MS);

	const names = async () =>
		JSON.stringify(await real.call(environment.id, 'acme.note', 'search_read', [[]], { fields: ['name'] }));
	const note = (name: string) => real.call(environment.id, 'acme.note', 'create', [{ name }]);
	const statusNow = async () =>
		(await real.platform.api('GET', `/api/v1/environments/${environment.id}/status`)).json;

	/** Writes notes one after the other while the work is done; answers those that were acknowledged. */
	const whileWriting = async (work: () => Promise<void>) => {
		const acknowledged: string[] = [];
		const state = { over: false };
		const writing = (async () => {
			for (let nr = 1; !state.over; nr++) {
				const name = `while ${nr}`;
				await note(name).then(
					() => acknowledged.push(name),
					() => undefined,
				);
			}
		})();
		await work();
		state.over = true;
		await writing;
		return acknowledged;
	};

	/** Deploys while somebody visits it; answers with which statuses. */
	const whileVisiting = async (deploy: () => ReturnType<RealEnvironments['deploy']>) => {
		const answers = new Set<number>();
		const state = { over: false };
		const visiting = (async () => {
			while (!state.over) answers.add(await real.visit(environment.primary_url));
		})();
		const deployment = await deploy();
		state.over = true;
		await visiting;
		return { deployment, answers };
	};

	it('installs the add-ons of the commit with its first deploy', () => {
		expect(first).toMatchObject({
			status: 'succeeded',
			downtime_ms: 0,
			modules_installed: ['acme_notes'],
			modules_updated: [],
			error: null,
		});
	});

	it('answers at its address, through the ingress of its server', async () => {
		expect(await real.visit(environment.primary_url)).toBe(200);
	});

	it('answers at a domain of its owner’s, until that is taken from it', async () => {
		const visit = () => real.visit('http://shop.example.com');
		expect(await visit()).toBe(404);
		expect(await real.addDomain(environment.id, 'shop.example.com')).toBe(201);
		expect(await visit()).toBe(200);
		const route = `/api/v1/environments/${environment.id}/domains/shop.example.com`;
		expect((await real.platform.api('DELETE', route)).status).toBe(204);
		expect(await visit()).toBe(404);
	});

	it('says that it is well', async () => {
		expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
	});

	it('is reached by the gateway, over JSON-2', async () => {
		await note('kept');
		expect(await names()).toContain('"kept"');
	});

	it('lets people sign in with the login that it was made with', async () => {
		const { json } = await real.platform.api('GET', `/api/v1/environments/${environment.id}/login`);
		const { login, password } = z.object({ login: z.string(), password: z.string() }).parse(json);
		const [database = ''] = new URL(environment.primary_url).hostname.split('.');
		const reply = await real.post(environment.primary_url, '/web/session/authenticate', {
			params: { db: database.replaceAll('-', '_'), login, password },
		});
		expect(reply).toMatchObject({ result: { username: 'admin' } });
	});

	it('shows no secret to whoever may ask the Engine', async () => {
		const containers = await real.engine.containers({ 'io.odoo-platform.environment': environment.id });
		expect(containers.map(({ name }) => name.replace(/^.*-(db|web).*$/, '$1')).sort()).toEqual(['db', 'web']);
		const shown = containers.map(({ name }) => execFileSync('docker', ['inspect', name]).toString()).join();
		const [web = ''] = containers.map(({ name }) => name).filter((name) => name.includes('-web-'));
		const settings = await real.engine.exec(web, ['cat', '/mnt/release/odoo.conf'], { user: 'odoo' });
		const secrets = [...settings.stdout.matchAll(/^(?:db_password|admin_passwd) = (.+)$/gm)].map(
			([, value = '']) => value,
		);
		expect(secrets).toHaveLength(2);
		expect(secrets.filter((secret) => shown.includes(secret))).toEqual([]);
		expect(shown).not.toMatch(/db_password|admin_passwd|POSTGRES_PASSWORD=(?!taken-away-at-once)/);
	});

	it(
		'serves on while it is deployed anew, where no installed module changes',
		async () => {
			real.repository.commit({ 'README.md': 'Notes' });
			const { deployment, answers } = await whileVisiting(() => real.deploy(environment.id));
			expect(deployment).toMatchObject({ status: 'succeeded', downtime_ms: 0, modules_updated: [] });
			expect(answers).toEqual(new Set([200]));
		},
		PATIENCE_MS,
	);

	it(
		'goes back without downtime where no installed module has changed',
		async () => {
			const { json } = await real.rollBack(environment.id);
			expect(json).toMatchObject({
				status: 'succeeded',
				deployment: { rolled_back_to: first.id, downtime_ms: 0 },
			});
			expect(await names()).toContain('"kept"');
		},
		PATIENCE_MS,
	);

	it(
		'updates modules that have changed, and loses nothing that Odoo has acknowledged',
		async () => {
			real.repository.commit(notesAddon('19.0.1.1.0', '    priority = fields.Integer(default=3)\n'));
			let deployment = first;
			const acknowledged = await whileWriting(async () => {
				deployment = await real.deploy(environment.id);
			});
			expect(deployment).toMatchObject({
				status: 'succeeded',
				modules_updated: ['acme_notes'],
				modules_installed: [],
				error: null,
			});
			expect(deployment.downtime_ms).toBeGreaterThan(0);
			const kept = await names();
			expect(acknowledged.filter((name) => !kept.includes(`"${name}"`))).toEqual([]);
			expect(acknowledged.length).toBeGreaterThan(0);
		},
		PATIENCE_MS,
	);

	it(
		'is as it was before where an update is canceled amid it',
		async () => {
			await note('before');
			real.repository.commit(notesAddon('19.0.1.2.0', '    rank = fields.Integer()\n'));
			expect(await real.deployAndCancel(environment.id, 'The database is copied.')).toMatchObject({
				status: 'canceled',
			});
			expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
			expect(await names()).toContain('"before"');
			expect(await note('after')).toEqual(expect.anything());
		},
		PATIENCE_MS,
	);

	it(
		'goes back with its database by wish alone where modules have changed, and can be brought forward again',
		async () => {
			await note('newer');
			const refused = await real.rollBack(environment.id);
			expect(refused).toMatchObject({ status: 409, json: { code: 'rollback_loses_data' } });
			expect(refused.json.rows).toBeGreaterThan(0);
			expect(await names()).toContain('"newer"');
			const back = await real.rollBack(environment.id, { database: true });
			expect(back.json).toMatchObject({ status: 'succeeded' });
			expect(await names()).toContain('"kept"');
			expect(await names()).not.toContain('"newer"');
			const forward = await real.rollBack(environment.id, { database: true });
			expect(forward.json).toMatchObject({ status: 'succeeded' });
			expect(await names()).toContain('"newer"');
		},
		PATIENCE_MS,
	);

	it(
		'goes on with the earlier release where a module cannot be updated, and says what Odoo said',
		async () => {
			real.repository.commit(notesAddon('19.0.1.2.0', '    broken = fields.Nonsense()\n'));
			const deployment = await real.deploy(environment.id);
			expect(deployment).toMatchObject({ status: 'failed', error: { code: 'update_failed' } });
			expect(deployment.error?.message).toContain("module 'odoo.fields' has no attribute 'Nonsense'");
			expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
			expect(await names()).toContain('"kept"');
		},
		PATIENCE_MS,
	);

	it(
		'tries an update on a copy first where that is asked for, and serves on where it fails there',
		async () => {
			const { deployment, answers } = await whileVisiting(() => real.deploy(environment.id, { rehearse: true }));
			expect(deployment).toMatchObject({ status: 'failed', error: { code: 'update_failed' } });
			expect(deployment.error?.message).toMatch(/on a copy of the database.* no attribute 'Nonsense'/);
			expect(answers).toEqual(new Set([200]));
			real.repository.commit(notesAddon('19.0.1.2.1', '    rank = fields.Integer()\n'));
			expect(await real.deploy(environment.id, { rehearse: true })).toMatchObject({
				status: 'succeeded',
				modules_updated: ['acme_notes'],
			});
			expect(await names()).toContain('"kept"');
			const networks = await real.engine.networks({ 'io.odoo-platform.environment': environment.id });
			expect(networks.map(({ name }) => name.includes('rehearsal'))).toEqual([false]);
		},
		PATIENCE_MS,
	);

	it('refuses a commit without an add-on that is installed, and names it', async () => {
		real.repository.git('rm', '-rq', 'acme_notes');
		real.repository.commit({ 'README.md': 'Nothing' });
		const deployment = await real.deploy(environment.id);
		expect(deployment).toMatchObject({ status: 'failed', error: { code: 'release_refused' } });
		expect(deployment.error?.message).toContain('acme_notes');
		expect(await statusNow()).toMatchObject({ status: 'running', health: { healthy: true } });
	});

	it('refuses an add-on that depends on nothing that there is, and names it', async () => {
		const files = notesAddon('19.0.1.3.0');
		const manifest = files['acme_notes/__manifest__.py'].replace("['base']", "['base', 'acme_nowhere']");
		real.repository.commit({ ...files, 'acme_notes/__manifest__.py': manifest });
		const deployment = await real.deploy(environment.id);
		expect(deployment).toMatchObject({ status: 'failed', error: { code: 'release_refused' } });
		expect(deployment.error?.message).toContain('acme_nowhere');
	});

	it(
		'leaves nothing on the Engine when it is deleted',
		async () => {
			await real.platform.api('DELETE', `/api/v1/environments/${environment.id}`);
			expect(await real.leftOnEngine()).toEqual([]);
		},
		PATIENCE_MS,
	);
});
