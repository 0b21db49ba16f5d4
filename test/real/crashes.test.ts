import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openEngine } from '../../backend/src/docker/engine';
import { freePort } from '../support/free-port';
import { makeGitRepository } from '../support/git-repository';
import { askPostgres, expectOneRelease } from '../support/one-release';
import { apiCaller } from '../support/platform';
import { DOCKER_HOST, notesAddon, removeAll } from '../support/real-environments';
import { randomFrom } from '../support/seeded-random';
import { postSigned } from '../support/signed-request';

/** How often the service is killed amid a deploy, and what decides when. */
const KILLS = Number(process.env.DEPLOY_CRASHES ?? 3);
/** The same of clones. */
const CLONE_KILLS = Number(process.env.CLONE_CRASHES ?? 2);
const SEED = Number(process.env.CRASH_SEED ?? 1);
const PATIENCE_MS = Math.max(KILLS, CLONE_KILLS) * 180_000 + 300_000;
/** A deploy with changed modules takes about so long, in milliseconds. */
const DEPLOY_MS = 15_000;
/** A clone, about so long. */
const CLONE_MS = 15_000;

const root = path.resolve(__dirname, '../..');
const firstRunSchema = z.object({
	organization_id: z.string(),
	api_key: z.string(),
	webhook_key: z.object({ token: z.string(), hmac_secret: z.string() }),
	project_id: z.string(),
});

(DOCKER_HOST === undefined ? describe.skip : describe)('a service that is killed amid deploys and clones', () => {
	const directory = mkdtempSync(path.join(tmpdir(), 'deploy-crashes-'));
	const engine = openEngine(
		{ kind: 'socket', path: new URL(DOCKER_HOST ?? 'unix:///nowhere').pathname },
		{ lookup: () => undefined, checkAddress: () => false },
	);
	const repository = makeGitRepository(path.join(directory, 'notes'));
	const random = randomFrom(SEED);
	let child: ChildProcess;
	let url: string;
	let ports: Record<string, string>;
	let first: z.output<typeof firstRunSchema>;
	let project_id: string;
	let environment: string;

	const start = async () => {
		child = spawn(
			process.execPath,
			['-r', path.join(root, 'test/support/ts-register.cjs'), path.join(root, 'backend/src/main.ts')],
			{
				env: {
					PATH: process.env.PATH,
					HOME: process.env.HOME,
					DATA_DIR: path.join(directory, 'data'),
					PORT: '0',
					DOCKER_HOST,
					GIT_ALLOWED_PATHS: directory,
					...ports,
				},
				stdio: ['ignore', 'pipe', 'inherit'],
			},
		);
		let said = '';
		for (;;) {
			const [piece] = z.tuple([z.instanceof(Buffer)]).parse(await once(child.stdout ?? child, 'data'));
			said += piece.toString();
			const found = /answers at (\S+)/.exec(said)?.[1];
			if (found === undefined) continue;
			url = found;
			child.stdout?.resume();
			return;
		}
	};
	const kill = async () => {
		child.kill('SIGKILL');
		await once(child, 'exit');
	};
	const api: ReturnType<typeof apiCaller> = (...asked) => apiCaller(url, first.api_key)(...asked);
	const write = async (environment_id: string, name: string) => {
		const body = {
			action: 'execute_method',
			environment_id,
			model: 'acme.note',
			method: 'create',
			args: [{ name }],
		};
		const { json } = await postSigned(url, '/api/n8n/webhook', first.webhook_key, JSON.stringify(body));
		if (json.success !== true) throw new Error(JSON.stringify(json));
	};
	/** The deployment at its end, which is when its log ends. */
	const ended = async (id: string) => {
		const headers = { Accept: 'text/event-stream' };
		await api('GET', `/api/v1/deployments/${id}/logs`, undefined, { headers });
		return (await api('GET', `/api/v1/deployments/${id}`)).json;
	};

	beforeAll(async () => {
		ports = { INGRESS_HTTP_PORT: String(await freePort()), INGRESS_HTTPS_PORT: String(await freePort()) };
		repository.commit(notesAddon('19.0.1.0.0'));
		await start();
		first = firstRunSchema.parse(JSON.parse(readFileSync(path.join(directory, 'data/first-run.json'), 'utf8')));
		const request = { name: 'Notes', repository_url: repository.path, default_branch: 'main' };
		project_id = idOf((await api('POST', '/api/v1/projects', request)).json);
		environment = await addEnvironment('crash');
	}, PATIENCE_MS);

	const idOf = (json: unknown) => z.object({ id: z.string() }).parse(json).id;
	/** Makes one and deploys to it. */
	const addEnvironment = async (name: string) => {
		const id = idOf((await api('POST', '/api/v1/environments', { project_id, name, workers: 0 })).json);
		const { json } = await api('POST', `/api/v1/environments/${id}/deploy`, { ref: 'main', wait: true });
		expect(json).toMatchObject({ status: 'succeeded' });
		return id;
	};

	afterAll(async () => {
		await kill();
		await removeAll(engine, first.organization_id);
		rmSync(directory, { recursive: true, force: true });
	}, PATIENCE_MS);

	it(
		`serves one release, with all that was acknowledged, after each of ${KILLS} kills (seed ${SEED})`,
		async () => {
			const deploy = async (wait: boolean) => {
				const asked = { ref: 'main', wait };
				const { json } = await api('POST', `/api/v1/environments/${environment}/deploy`, asked);
				return z.object({ deployment_id: z.string(), status: z.string() }).parse(json);
			};
			const acknowledged: string[] = [];
			for (let nr = 1; nr <= KILLS; nr++) {
				repository.commit(
					nr % 3 === 0
						? { 'README.md': `Notes ${nr}` }
						: notesAddon(`19.0.1.${nr}.0`, `    field_${nr} = fields.Integer()\n`),
				);
				const { deployment_id } = await deploy(false);
				const state = { over: false };
				const writing = (async () => {
					for (let note = 1; !state.over; note++) {
						const name = `note ${nr}.${note}`;
						await write(environment, name).then(
							() => acknowledged.push(name),
							() => undefined,
						);
					}
				})();
				await new Promise((resolve) => setTimeout(resolve, random() * DEPLOY_MS));
				state.over = true;
				await kill();
				await writing;
				await start();
				expect(await ended(deployment_id)).toMatchObject({ status: 'succeeded' });
				await checkInvariants(environment, acknowledged);
			}
		},
		PATIENCE_MS,
	);

	it(
		`has the data of the source, or of before, after each of ${CLONE_KILLS} kills amid clones`,
		async () => {
			const target = await addEnvironment('copy');
			for (let nr = 1; nr <= CLONE_KILLS; nr++) {
				const name = `write to jane${nr}@customer.example.com`;
				await write(environment, name);
				const body = { source_env: environment, sanitize: true };
				const { json } = await api('POST', `/api/v1/environments/${target}/clone`, body);
				const { job_id } = z.object({ job_id: z.string() }).parse(json);
				await new Promise((resolve) => setTimeout(resolve, random() * CLONE_MS));
				await kill();
				await start();
				const headers = { Accept: 'text/event-stream' };
				await api('GET', `/api/v1/jobs/${job_id}/logs`, undefined, { headers });
				expect((await api('GET', `/api/v1/jobs/${job_id}`)).json).toMatchObject({ status: 'succeeded' });
				const database = await expectOneRelease(engine, target);
				const notes = await askPostgres(engine, target, database, 'SELECT name FROM acme_note');
				expect(notes).toContainEqual(expect.stringMatching(/^write to u[0-9a-f]{20}@sanitized\.invalid$/));
				expect(notes.join()).not.toContain('customer.example.com');
				expect(notes.filter((note) => note.startsWith('write to'))).toHaveLength(nr);
				await expectOneRelease(engine, environment);
			}
		},
		PATIENCE_MS,
	);

	async function checkInvariants(environment: string, acknowledged: readonly string[]) {
		const { json } = await api('GET', `/api/v1/environments/${environment}/status`);
		expect(json).toMatchObject({ status: 'running', health: { healthy: true } });
		const database = await expectOneRelease(engine, environment);
		// The gateway counts requests, and the notes have used them up.
		const kept = new Set(await askPostgres(engine, environment, database, 'SELECT name FROM acme_note'));
		expect(acknowledged.filter((name) => !kept.has(name))).toEqual([]);
	}
});
