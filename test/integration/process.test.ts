import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { ask } from '../support/ask';

const root = path.resolve(__dirname, '../..');
const firstRunSchema = z.object({
	api_key: z.string(),
	webhook_key: z.object({ token: z.string(), hmac_secret: z.string() }),
	owner: z.object({ password: z.string() }),
	environments: z.object({ production: z.string() }),
});

let dataDir: string;

beforeAll(async () => {
	dataDir = await mkdtemp(path.join(tmpdir(), 'odoo-platform-process-'));
});

const services: Service[] = [];

afterEach(async () => {
	for (const service of services.splice(0)) await service.end('SIGKILL');
});

afterAll(() => rm(dataDir, { recursive: true, force: true }));

/** The service as `npm start` runs it, with nothing set but what is given. */
class Service {
	readonly output: Promise<string>;
	private text = '';
	private readonly child: ChildProcess;

	constructor(environment: Record<string, string> = {}) {
		this.child = spawn(
			process.execPath,
			['-r', path.join(root, 'test/support/ts-register.cjs'), path.join(root, 'backend/src/main.ts')],
			{
				env: {
					PATH: process.env.PATH,
					HOME: process.env.HOME,
					DATA_DIR: dataDir,
					PORT: '0',
					DOCKER_HOST: 'none',
					...environment,
				},
				stdio: ['ignore', 'pipe', 'pipe'],
			},
		);
		for (const stream of [this.child.stdout, this.child.stderr]) {
			stream?.on('data', (chunk: Buffer) => {
				this.text += chunk.toString();
				this.child.emit('said');
			});
		}
		services.push(this);
		this.output = once(this.child, 'close').then(() => this.text);
	}

	/** Where it answers; rejects with what it printed when it ends before. */
	async url(): Promise<string> {
		for (;;) {
			const url = /answers at (\S+)/.exec(this.text)?.[1];
			if (url !== undefined) return url;
			await Promise.race([once(this.child, 'said'), this.output.then((text) => Promise.reject(new Error(text)))]);
		}
	}

	/** Ends it, and answers its exit code or the signal that it died of. */
	async end(signal: NodeJS.Signals): Promise<number | string | null> {
		if (this.child.exitCode === null) this.child.kill(signal);
		await this.output;
		return this.child.exitCode ?? this.child.signalCode;
	}

	async exitCode(): Promise<number | null> {
		await this.output;
		return this.child.exitCode;
	}
}

const firstRun = async () =>
	firstRunSchema.parse(JSON.parse(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')));

async function api(url: string, method: string, route: string, body?: unknown) {
	return (await ask(url, method, route, { key: (await firstRun()).api_key, body })).json;
}

describe('the process', () => {
	it('loses no deploy that it acknowledged when it is killed, and does none twice', async () => {
		const first = new Service();
		const url = await first.url();
		const { production } = (await firstRun()).environments;
		const accepted = await api(url, 'POST', `/api/v1/environments/${production}/deploy`, {
			ref: 'main',
			wait: false,
		});
		expect(await first.end('SIGKILL')).toBe('SIGKILL');

		const second = new Service();
		const again = await second.url();
		const waitForTheLock = async (): Promise<unknown> => {
			const reply = await api(again, 'POST', `/api/v1/environments/${production}/deploy`, {
				ref: 'main',
				wait: true,
			});
			return reply.code === 'environment_busy' ? waitForTheLock() : reply.status;
		};
		expect(await waitForTheLock()).toBe('succeeded');
		const job = await api(again, 'GET', `/api/v1/jobs/${String(accepted.job_id)}`);
		expect(job.status).toBe('succeeded');
		const deployments = z
			.object({ data: z.array(z.object({ job_id: z.string() })) })
			.parse(await api(again, 'GET', '/api/v1/deployments'));
		expect(deployments.data.filter(({ job_id }) => job_id === accepted.job_id)).toHaveLength(1);
		expect(await second.end('SIGTERM')).toBe(0);
	});

	it('keeps its data to itself while it runs, and says so to a second one', async () => {
		const first = new Service();
		await first.url();
		const second = new Service();
		expect(await second.exitCode()).toBe(1);
		expect(await second.output).toMatch(/^The embedded database is in use by process .*\n$/);
		expect(await first.end('SIGINT')).toBe(0);
	});

	it('prints and logs no secret', async () => {
		const service = new Service({ LOG_LEVEL: 'trace' });
		const url = await service.url();
		await api(url, 'GET', '/api/v1/projects');
		await service.end('SIGTERM');
		const { api_key, webhook_key, owner } = await firstRun();
		for (const secret of [api_key, webhook_key.token, webhook_key.hmac_secret, owner.password]) {
			expect(await service.output).not.toContain(secret);
		}
	});

	it('refuses a wrong configuration by name', async () => {
		const service = new Service({ PORT: 'http' });
		expect(await service.exitCode()).toBe(1);
		expect(await service.output).toContain('PORT: must be a port number');
	});

	it('says when its port is taken', async () => {
		const first = new Service();
		const { port } = new URL(await first.url());
		const second = new Service({ PORT: port, DATA_DIR: `${dataDir}/other` });
		expect(await second.exitCode()).toBe(1);
		expect(await second.output).toContain('EADDRINUSE');
		await first.end('SIGTERM');
	});
});
