import { execFileSync, type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openEngine } from '../../backend/src/docker/engine';
import { freePort } from '../support/free-port';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { DOCKER_HOST } from '../support/real-environments';

import { until } from '../support/until';

const SSHD = '/usr/sbin/sshd';
const isPossible = DOCKER_HOST !== undefined && existsSync(SSHD);
if (!isPossible) it.skip(`needs a Docker Engine (DOCKER_HOST) and ${SSHD}`, () => undefined);

const idOf = (json: unknown) => z.object({ id: z.string() }).parse(json).id;

(isPossible ? describe : describe.skip)('a server that is reached by SSH', () => {
	let directory: string;
	let port: number;
	let sshd: ChildProcess;
	let platform: TestPlatform;

	const inDirectory = (name: string) => path.join(directory, name);
	const read = (name: string) => readFileSync(inDirectory(name), 'utf8');
	const makeKey = (name: string) =>
		execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', inDirectory(name)]);
	/** Without its comment, as `ssh-keyscan` prints it. */
	const publicKey = (name: string) => read(`${name}.pub`).split(' ').slice(0, 2).join(' ');
	const answers = () =>
		new Promise<boolean>((resolve) => {
			const socket = connect(port, '127.0.0.1');
			socket.on('data', () => resolve(true)).on('error', () => resolve(false));
			socket.on('close', () => socket.destroy());
		});

	const startSshd = async () => {
		sshd = spawn(SSHD, ['-D', '-f', inDirectory('sshd_config'), '-E', inDirectory('log')], { stdio: 'ignore' });
		await until(answers);
	};
	const stopSshd = async () => {
		const exit = once(sshd, 'exit');
		sshd.kill();
		await exit;
	};

	beforeAll(async () => {
		directory = mkdtempSync(path.join(tmpdir(), 'odoo-platform-ssh-'));
		port = await freePort();
		['host', 'service', 'stranger'].forEach(makeKey);
		writeFileSync(inDirectory('authorized_keys'), read('service.pub'));
		const settings = {
			Port: port,
			ListenAddress: '127.0.0.1',
			HostKey: inDirectory('host'),
			PidFile: 'none',
			AuthorizedKeysFile: inDirectory('authorized_keys'),
			PasswordAuthentication: 'no',
			KbdInteractiveAuthentication: 'no',
			StrictModes: 'no',
			UsePAM: 'no',
		};
		const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
		writeFileSync(inDirectory('sshd_config'), lines.join(''));
		await startSshd();
		platform = await startTestPlatform(
			{ DOCKER_HOST: 'none', OUTBOUND_ALLOWED_CIDRS: '127.0.0.0/8' },
			{ limits: WIDE_LIMITS },
		);
	});
	afterAll(async () => {
		await platform.remove();
		await stopSshd();
		rmSync(directory, { recursive: true });
	});

	const endpoint = () => `ssh://${userInfo().username}@127.0.0.1:${port}`;
	const add = (name: string, { key = 'service', host = 'host' } = {}) =>
		platform.api('POST', '/api/v1/servers', {
			...{ name, endpoint: endpoint() },
			ssh: { private_key: read(key), host_key: publicKey(host) },
		});

	it('is added, asked and looked at', async () => {
		const made = await add('one');
		expect([made.status, made.json]).toMatchObject([201, { name: 'one', status: 'ready', endpoint: endpoint() }]);
		expect(made.text).not.toContain('PRIVATE KEY');
		const of = `/api/v1/servers/${idOf(made.json)}`;
		expect((await platform.api('POST', `${of}/test`)).json).toMatchObject({ ok: true, error: null });
		const before = z.object({ checked_at: z.string() }).parse(made.json).checked_at;
		await until(async () => {
			const { json } = await platform.api('GET', of);
			return z.object({ checked_at: z.string() }).parse(json).checked_at > before;
		});
	});

	it('is refused where its key is not the one that was named', async () => {
		const { status, json } = await add('other', { host: 'stranger' });
		expect([status, json]).toMatchObject([502, { code: 'server_credentials_refused' }]);
	});

	it("is refused where it does not know the service's key", async () => {
		const { status, json } = await add('closed', { key: 'stranger' });
		expect([status, json]).toMatchObject([502, { code: 'server_credentials_refused' }]);
	});

	it('is unreachable while SSH is away, and answers when it is back', async () => {
		const of = `/api/v1/servers/${idOf((await add('two')).json)}`;
		await stopSshd();
		expect((await platform.api('POST', `${of}/test`)).json).toMatchObject({
			ok: false,
			error: { code: 'server_unreachable' },
		});
		await startSshd();
		await until(async () => {
			const { json } = await platform.api('POST', `${of}/test`);
			return z.object({ ok: z.boolean() }).parse(json).ok;
		});
	});

	describe('as an Engine', () => {
		const engineAt = () =>
			openEngine(
				{
					...{ kind: 'ssh', host: '127.0.0.1', port, user: userInfo().username },
					...{ private_key: read('service'), host_key: publicKey('host') },
				},
				{ lookup: () => undefined, checkAddress: () => true },
			);
		const name = `ssh-test-${process.pid}`;

		it('takes more calls side by side than sshd gives sessions to a login', async () => {
			const engine = engineAt();
			const told = await Promise.all(Array.from({ length: 20 }, () => engine.info()));
			expect(new Set(told.map(({ version }) => version)).size).toBe(1);
		});

		it('runs programs there, gives them what they read, and follows what they write', async () => {
			const engine = engineAt();
			await engine.create({
				...{ name, image: 'caddy:2', network: 'none', labels: {} },
				...{ entrypoint: ['sh', '-c', 'echo begun; exec sleep 600'], command: [] },
				...{ mounts: [], scratch: {}, restart: false, memoryBytes: 64 * 1024 * 1024, cpus: 1, processes: 20 },
			});
			try {
				await engine.start(name);
				const told = await engine.exec(name, ['sh', '-c', 'cat; echo ended >&2; exit 3'], { input: 'given' });
				expect(told).toEqual({ exit_code: 3, stdout: 'given', stderr: 'ended\n' });
				for await (const line of engine.logs(name, { follow: true, signal: AbortSignal.timeout(10_000) })) {
					expect(line).toBe('begun');
					break;
				}
			} finally {
				await engine.remove(name);
			}
		});
	});
});
