import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openEngine } from '../../backend/src/docker/engine';
import { certificatesIn } from '../support/certificates';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';
import { until } from '../support/until';

const { DOCKER_HOST, DOCKER_SERVERS, DOCKER_CERT_PATH } = process.env;
const hasEngines = DOCKER_HOST !== undefined && DOCKER_SERVERS !== undefined && DOCKER_CERT_PATH !== undefined;
if (!hasEngines) it.skip('needs Docker Engines: DOCKER_HOST, DOCKER_SERVERS and DOCKER_CERT_PATH', () => undefined);

const pem = (name: string) => readFileSync(path.join(DOCKER_CERT_PATH ?? '', `${name}.pem`), 'utf8');
const idOf = (json: unknown) => z.object({ id: z.string() }).parse(json).id;

(hasEngines ? describe : describe.skip)('servers with real Docker Engines', () => {
	const [first = '', second = ''] = (DOCKER_SERVERS ?? '').split(',');
	let platform: TestPlatform;

	beforeAll(async () => {
		platform = await startTestPlatform(
			{
				DOCKER_HOST: DOCKER_HOST ?? '',
				OUTBOUND_ALLOWED_CIDRS: '127.0.0.0/8,10.77.0.0/24',
			},
			{ limits: WIDE_LIMITS },
		);
	});
	afterAll(() => platform.remove());

	const tls = () => ({ ca: pem('ca'), cert: pem('cert'), key: pem('key') });
	const add = (server: object) => platform.api('POST', '/api/v1/servers', server);

	it('finds the Engine of its own machine at the start', async () => {
		const { json } = await platform.api('GET', '/api/v1/servers');
		expect(platform.localServer).toMatchObject({ name: 'local' });
		expect(json).toMatchObject({ data: [{ name: 'local', status: 'ready', endpoint: DOCKER_HOST }] });
	});

	it('adds Engines over mutual TLS, and tells what they have', async () => {
		const made = await add({ name: 'one', endpoint: first, tls: tls(), labels: { region: 'eu' } });
		expect([made.status, made.json]).toMatchObject([
			201,
			{ name: 'one', status: 'ready', memory_bytes: expect.any(Number), environments: 0 },
		]);
		expect(made.text).not.toContain('PRIVATE KEY');
		const tested = await platform.api('POST', `/api/v1/servers/${idOf(made.json)}/test`);
		expect(tested.json).toMatchObject({ ok: true, error: null });
	});

	it('refuses an Engine whose certificate another authority signed', async () => {
		const directory = mkdtempSync(path.join(tmpdir(), 'authority-'));
		const ca = String(certificatesIn(directory).selfSigned('other').cert);
		rmSync(directory, { recursive: true });
		const { status, json } = await add({ name: 'other', endpoint: first, tls: { ...tls(), ca } });
		expect([status, json]).toMatchObject([502, { code: 'server_credentials_refused' }]);
	});

	it('refuses an address at which nothing answers', async () => {
		const { status, json } = await add({ name: 'none', endpoint: first.replace(/\d+$/, '1'), tls: tls() });
		expect([status, json]).toMatchObject([502, { code: 'server_unreachable' }]);
	});

	it('looks at its servers by itself', async () => {
		const made = await add({ name: 'two', endpoint: second, tls: tls() });
		const before = z.object({ checked_at: z.string() }).parse(made.json).checked_at;
		await until(async () => {
			const { json } = await platform.api('GET', `/api/v1/servers/${idOf(made.json)}`);
			return z.object({ checked_at: z.string() }).parse(json).checked_at > before;
		});
	});

	it('reads in a container of its own what memory and disk are free', async () => {
		const engine = openEngine(
			{ kind: 'socket', path: (DOCKER_HOST ?? '').replace('unix://', '') },
			{ lookup: () => undefined, checkAddress: () => false },
		);
		const name = `teller-${process.pid}`;
		await engine.create({
			...{ name, image: 'caddy:2', network: 'none', entrypoint: ['sleep'], command: ['600'] },
			labels: { 'io.odoo-platform.installation': platform.firstRun.organization_id },
			...{ mounts: [], scratch: {}, restart: false, memoryBytes: 64 * 1024 * 1024, cpus: 1, processes: 20 },
		});
		try {
			await engine.start(name);
			await until(async () => {
				const { json } = await platform.api('GET', '/api/v1/servers');
				const { data } = z.object({ data: z.array(z.looseObject({ name: z.string() })) }).parse(json);
				const local = data.find((server) => server.name === 'local');
				const free = z.object({ free_memory_bytes: z.int().positive(), disk_free_bytes: z.int().positive() });
				return free.safeParse(local).success;
			});
		} finally {
			await engine.remove(name);
		}
	});
});
