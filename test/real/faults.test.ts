import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { namesOf } from '../../backend/src/runtimes/docker/names';
import { untilServing } from '../../backend/src/runtimes/docker/readiness';
import { type FaultyLine, startFaultyLine } from '../support/faulty-proxy';
import { expectOneRelease } from '../support/one-release';
import { DOCKER_HOST, notesAddon, openRealEnvironments, type RealEnvironments } from '../support/real-environments';
import { until } from '../support/until';

/** Containers take their time on a busy machine. */
const PATIENCE_MS = 600_000;
/** Longer than it takes to see that a server is away, and that it is back. */
const SERVER_MS = 100_000;

const docker = (...args: readonly string[]) => execFileSync('docker', args, { stdio: ['ignore', 'pipe', 'pipe'] });

/** Has a module's update wait until its program is ended. */
const waiting = (version: string) => ({
	[`acme_notes/migrations/${version}/post-wait.py`]: `import time


def migrate(cr, version):
    time.sleep(3600)
`,
});

const stateSchema = z.object({ status: z.string(), health: z.object({ healthy: z.boolean() }) });

(DOCKER_HOST === undefined ? describe.skip : describe)('an environment whose parts fail', () => {
	const directory = mkdtempSync(path.join(tmpdir(), 'faults-'));
	const socket = path.join(directory, 'engine.sock');
	let line: FaultyLine;
	let real: RealEnvironments;
	let environment: Awaited<ReturnType<RealEnvironments['addEnvironment']>>;
	let names: ReturnType<typeof namesOf>;
	/** The deployment whose release serves. */
	let serving: string;
	const acknowledged: string[] = [];

	beforeAll(async () => {
		line = await startFaultyLine({ path: new URL(DOCKER_HOST ?? '').pathname }, { path: socket });
		real = await openRealEnvironments(DOCKER_HOST ?? '', { endpoint: `unix://${socket}` });
		environment = await real.addEnvironment('faults');
		names = namesOf(environment.id);
		await deployWell();
	}, PATIENCE_MS);

	afterAll(async () => {
		await real.close();
		await line.close();
		rmSync(directory, { recursive: true });
	}, PATIENCE_MS);

	const statusNow = async () =>
		(await real.platform.api('GET', `/api/v1/environments/${environment.id}/status`)).json;
	const isWell = async () => {
		const now = stateSchema.parse(await statusNow());
		return now.status === 'running' && now.health.healthy;
	};
	const notes = async () =>
		JSON.stringify(await real.call(environment.id, 'acme.note', 'search_read', [[]], { fields: ['name'] }));
	const note = async (name: string) => {
		await real.call(environment.id, 'acme.note', 'create', [{ name }]);
		acknowledged.push(name);
	};
	const deployWell = async () => {
		const deployment = await real.deploy(environment.id);
		expect(deployment).toMatchObject({ status: 'succeeded', error: null });
		serving = deployment.id;
	};
	/** Begins a deploy; answers the deployment once its log says so, and how to wait for its end. */
	const deployUntil = async (atLine: string) => {
		const { json } = await real.platform.api('POST', `/api/v1/environments/${environment.id}/deploy`, {
			ref: 'main',
		});
		const { deployment_id } = z.object({ deployment_id: z.string() }).parse(json);
		const read = (what: string, headers = {}) =>
			real.platform.api('GET', `/api/v1/deployments/${deployment_id}${what}`, undefined, { headers });
		await until(async () => (await read('/logs', { Accept: 'text/plain' })).text.includes(atLine), PATIENCE_MS);
		return {
			ended: async () => {
				await read('/logs', { Accept: 'text/event-stream' });
				return (await read('')).json;
			},
		};
	};
	const events = async (type: string) =>
		z
			.object({ data: z.array(z.object({ id: z.string() })) })
			.parse((await real.platform.api('GET', `/api/v1/events?type=${type}`)).json)
			.data.map(({ id }) => id);
	/** Resolves once an event of that type has come that is none of those. */
	const untilEvent = async (type: string, known: readonly string[]) =>
		until(async () => (await events(type)).some((id) => !known.includes(id)), SERVER_MS);

	/** What holds once a fault is over. */
	const expectWhole = async () => {
		await until(isWell, PATIENCE_MS);
		await expectOneRelease(real.engine, environment.id);
		await note(`after ${acknowledged.length}`);
		const kept = await notes();
		expect(acknowledged.filter((name) => !kept.includes(`"${name}"`))).toEqual([]);
	};

	it(
		'serves again with all that was acknowledged, after its PostgreSQL was killed under load',
		async () => {
			const state = { over: false };
			const writing = (async () => {
				for (let nr = 1; !state.over; nr++) await note(`under load ${nr}`).catch(() => undefined);
			})();
			await until(() => acknowledged.length > 3, PATIENCE_MS);
			const before = await real.engine.inspect(names.database);
			const end = 'kill -9 $(head -1 /var/lib/postgresql/data/postmaster.pid)';
			docker('exec', '-u', 'postgres', names.database, 'sh', '-c', end);
			await until(
				async () => ((await real.engine.inspect(names.database))?.restarts ?? 0) > (before?.restarts ?? 0),
			);
			const written = acknowledged.length;
			await until(() => acknowledged.length > written, PATIENCE_MS);
			state.over = true;
			await writing;
			await expectWhole();
		},
		PATIENCE_MS,
	);

	it(
		'goes on with the earlier release where Odoo is killed amid an update',
		async () => {
			const known = await events('deployment.failed');
			real.repository.commit({
				...notesAddon('19.0.1.1.0', '    rank = fields.Integer()\n'),
				...waiting('19.0.1.1.0'),
			});
			const { ended } = await deployUntil('Module acme_notes');
			docker('kill', names.job);
			expect(await ended()).toMatchObject({ status: 'failed', error: { code: 'update_failed' } });
			await untilEvent('deployment.failed', known);
			await expectWhole();
		},
		PATIENCE_MS,
	);

	it(
		'goes on with the earlier release where a new one does not come to serve',
		async () => {
			const dying = 'import os\nimport sys\n\nif "--stop-after-init" not in sys.argv:\n    os._exit(3)\n';
			real.repository.git('rm', '-rq', 'acme_notes/migrations');
			real.repository.commit({
				...notesAddon('19.0.1.1.0', '    rank = fields.Integer()\n'),
				'acme_notes/__init__.py': `${dying}from . import models\n`,
			});
			const deployment = await real.deploy(environment.id);
			expect(deployment).toMatchObject({ status: 'failed', error: { code: 'unhealthy' } });
			expect(deployment.error?.message).toMatch(/it ended with 3|it ends again and again/);
			await expectWhole();
		},
		PATIENCE_MS,
	);

	it(
		'says what is down where its server vanishes amid an update, and serves as before once it is back',
		async () => {
			const known = [...(await events('server.degraded')), ...(await events('server.recovered'))];
			real.repository.commit({
				...notesAddon('19.0.1.2.0', '    color = fields.Char()\n'),
				...waiting('19.0.1.2.0'),
			});
			const { ended } = await deployUntil('Module acme_notes');
			await line.refuse(async () => {
				expect(await ended()).toMatchObject({ status: 'failed', error: { code: 'server_failed' } });
				expect(await statusNow()).toMatchObject({
					status: 'failed',
					health: { healthy: false, message: expect.stringContaining('does not answer') },
				});
				await untilEvent('server.degraded', known);
			});
			await untilEvent('server.recovered', known);
			await expectWhole();
		},
		PATIENCE_MS,
	);

	it(
		'says that it has failed where the earlier release cannot be put back',
		async () => {
			const { ended } = await deployUntil('Module acme_notes');
			const its = { 'io.odoo-platform.deployment': serving };
			for (const { name } of await real.engine.volumes(its)) docker('volume', 'rm', name);
			docker('kill', names.job);
			expect(await ended()).toMatchObject({ status: 'failed', error: { code: 'server_failed' } });
			expect(await statusNow()).toMatchObject({ status: 'failed', health: { healthy: false } });
		},
		PATIENCE_MS,
	);

	it.each([
		['answers all with an error', ['-m', 'http.server', '8069'], 'its page of logins is answered with HTTP 404'],
		['does not listen', ['-c', 'import time; time.sleep(3600)'], 'it takes no requests'],
	])('knows a container as not ready that %s', async (_, command, said) => {
		const name = `unready-${process.pid}`;
		await real.engine.create({
			...{ name, image: 'odoo:19.0', network: 'none', entrypoint: ['python3'], command },
			labels: { 'io.odoo-platform.installation': real.platform.firstRun.organization_id },
			...{ mounts: [], restart: false, memoryBytes: 128 * 1024 * 1024, cpus: 1, processes: 20 },
			scratch: { '/var/lib/odoo': 1024 * 1024, '/mnt/extra-addons': 1024 * 1024 },
		});
		try {
			await real.engine.start(name);
			const { signal } = new AbortController();
			await expect(untilServing(real.engine, name, { seconds: 2, workers: 0, signal })).rejects.toThrow(said);
		} finally {
			await real.engine.remove(name);
		}
	});
});
