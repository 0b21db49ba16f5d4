import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
// Before the service, which reads the registry once.
import '../support/placed-runtime';
import { startFakeDocker } from '../support/fake-docker';
import { addOrganization, startReplica, startTestPlatform, type TestPlatform } from '../support/platform';
import { until } from '../support/until';

let docker: Awaited<ReturnType<typeof startFakeDocker>>;
let platform: TestPlatform;

beforeAll(async () => {
	docker = await startFakeDocker();
	platform = await startTestPlatform({ DOCKER_HOST: docker.endpoint, BASE_DOMAIN: 'apps.example.com' });
});
afterAll(async () => {
	await platform.remove();
	await docker.close();
});

const idOf = (json: unknown) => z.object({ id: z.string() }).parse(json).id;
let named = 0;

/** Adds a server; every one has the same Engine. */
async function addServer(settings: object = {}) {
	const request = { name: `server-${++named}`, endpoint: docker.endpoint, ...settings };
	const { status, json } = await platform.api('POST', '/api/v1/servers', request);
	expect([status, json]).toMatchObject([201, { status: 'ready' }]);
	return idOf(json);
}

const addEnvironment = (settings: object = {}) =>
	platform.api('POST', '/api/v1/environments', {
		project_id: platform.firstRun.project_id,
		name: `environment-${++named}`,
		...settings,
	});

const OTHER_KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n`;
const HOST_KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpXKjW9s1Zq8u7cZ0m1y0m3s6w8v0q2r4t6y8u0i2o4';

describe('the Docker Engine of the service’s machine', () => {
	it('is a server of the operator from the start on', async () => {
		const { json } = await platform.api('GET', '/api/v1/servers');
		expect(platform.localServer).toMatchObject({ name: 'local', engine_version: '20.10.24' });
		expect(json).toMatchObject({
			data: [
				{
					name: 'local',
					endpoint: docker.endpoint,
					ingress: { host: '127.0.0.1', http_port: 8090, https_port: 8493 },
				},
			],
		});
	});

	it('is known again by its socket at the next start', async () => {
		const before = await platform.api('GET', '/api/v1/servers');
		const replica = await startReplica(platform);
		await replica.stop();
		const after = await platform.api('GET', '/api/v1/servers');
		expect(z.object({ data: z.array(z.unknown()) }).parse(after.json).data).toHaveLength(
			z.object({ data: z.array(z.unknown()) }).parse(before.json).data.length,
		);
	});

	it('leaves the environments of the first run where they are', async () => {
		const { json } = await platform.api('GET', `/api/v1/environments/${platform.firstRun.environments.staging}`);
		expect(json).toMatchObject({ runtime: 'sandbox', server_id: null });
	});
});

describe('a server', () => {
	it('is changed and deleted', async () => {
		const id = await addServer();
		const changes = { drain: true, labels: { region: 'eu' }, capacity: { environments: 3 } };
		const changed = await platform.api('PATCH', `/api/v1/servers/${id}`, changes);
		expect(changed.json).toMatchObject({ ...changes, id });
		expect((await platform.api('DELETE', `/api/v1/servers/${id}`)).status).toBe(204);
		expect((await platform.api('GET', `/api/v1/servers/${id}`)).status).toBe(404);
	});

	it('is not deleted while it has environments', async () => {
		const server_id = await addServer();
		const environment = await addEnvironment({ runtime: 'placed', server_id });
		const refusal = await platform.api('DELETE', `/api/v1/servers/${server_id}`);
		expect([refusal.status, refusal.json.code]).toEqual([409, 'server_in_use']);
		await platform.api('DELETE', `/api/v1/environments/${idOf(environment.json)}`);
		expect((await platform.api('DELETE', `/api/v1/servers/${server_id}`)).status).toBe(204);
	});

	it('is looked at from time to time', async () => {
		const id = await addServer();
		const lookedAt = async () =>
			z.object({ checked_at: z.string() }).parse((await platform.api('GET', `/api/v1/servers/${id}`)).json)
				.checked_at;
		const before = await lookedAt();
		await until(async () => (await lookedAt()) > before);
	});

	it('answers a test of it', async () => {
		const { json } = await platform.api('POST', `/api/v1/servers/${await addServer()}/test`);
		expect(json).toEqual({ ok: true, engine_version: '20.10.24', error: null });
	});

	it.each([
		['without credentials', { endpoint: 'tcp://127.0.0.1:1' }, '/tls'],
		[
			'with those of another kind',
			{ endpoint: 'tcp://127.0.0.1:1', ssh: { private_key: OTHER_KEY, host_key: HOST_KEY } },
			'/ssh',
		],
		[
			'with a host key that is none',
			{ endpoint: 'ssh://a@127.0.0.1', ssh: { private_key: OTHER_KEY, host_key: 'x' } },
			'/ssh/host_key',
		],
		['at an address of another form', { endpoint: 'http://127.0.0.1:2375' }, '/endpoint'],
		['without the user of an SSH address', { endpoint: 'ssh://127.0.0.1' }, '/endpoint'],
	])('is not saved %s', async (_, settings, pointer) => {
		const { status, json } = await platform.api('POST', '/api/v1/servers', { name: 'wrong', ...settings });
		expect([status, json]).toMatchObject([422, { code: 'validation_failed', errors: [{ pointer }] }]);
	});

	it('is not saved where its address is not open to the service', async () => {
		for (const host of ['10.0.0.1', '169.254.169.254']) {
			const { status, json } = await platform.api('POST', '/api/v1/servers', {
				name: 'inside',
				endpoint: `ssh://root@${host}`,
				ssh: { private_key: OTHER_KEY, host_key: HOST_KEY },
			});
			expect([status, json]).toMatchObject([422, { code: 'server_address_refused' }]);
		}
	});

	it('is not saved where no Engine answers', async () => {
		const gone = { name: 'gone', endpoint: 'unix:///tmp/no-such.sock' };
		const { status, json } = await platform.api('POST', '/api/v1/servers', gone);
		expect([status, json]).toMatchObject([502, { code: 'server_unreachable' }]);
	});

	it('at a socket is the operator’s alone', async () => {
		const { api_key } = await addOrganization(platform);
		const request = { name: 'mine', endpoint: docker.endpoint };
		const { status, json } = await platform.api('POST', '/api/v1/servers', request, { key: api_key });
		expect([status, json]).toMatchObject([422, { errors: [{ pointer: '/endpoint' }] }]);
	});

	it('needs its credentials again where its address changes', async () => {
		const id = await addServer();
		const { json } = await platform.api('PATCH', `/api/v1/servers/${id}`, { endpoint: 'ssh://root@127.0.0.1' });
		expect(json).toMatchObject({ status: 422, errors: [{ pointer: '/ssh' }] });
	});
});

describe('an environment', () => {
	it('goes to the server whose labels fit, and has its name below the domain', async () => {
		const server_id = await addServer({ labels: { region: 'us' } });
		const { status, json } = await addEnvironment({ runtime: 'placed', labels: { region: 'us' } });
		const { name, id } = z.object({ name: z.string(), id: z.string() }).parse(json);
		expect([status, json]).toMatchObject([
			201,
			{ server_id, primary_url: `https://${name}-${id.slice(-6).toLowerCase()}.apps.example.com` },
		]);
	});

	it('goes to a server where nothing is said of it', async () => {
		await addServer();
		expect((await addEnvironment()).json).toMatchObject({ server_id: expect.stringMatching(/^srv_/) });
	});

	it('is refused where no server fits, with what keeps each from it', async () => {
		const server_id = await addServer({ capacity: { environments: 0 } });
		const { status, json } = await addEnvironment({ runtime: 'placed', server_id });
		expect([status, json]).toMatchObject([409, { code: 'no_server_fits' }]);
		expect(json.detail).toContain('it has as many environments as it takes (0)');
	});

	it.each([{ server_id: 'srv_01HXMZ3B9TK6R5T7V9X1Z3B5C7' }, { labels: { region: 'eu' } }])(
		'of the sandbox is on no server: %j is refused',
		async (wish) => {
			const { json } = await addEnvironment({ runtime: 'sandbox', ...wish });
			expect(json).toMatchObject({ status: 422, errors: [{ pointer: `/${Object.keys(wish).join()}` }] });
		},
	);

	it('is not placed on the server of another organization', async () => {
		const { json } = await addEnvironment({ runtime: 'placed', server_id: 'srv_01HXMZ3B9TK6R5T7V9X1Z3B5C7' });
		expect(json).toMatchObject({ status: 422, errors: [{ pointer: '/server_id' }] });
	});

	it('says how it is run, and has that changed', async () => {
		const settings = { production: true, modules: ['crm'], workers: 4, memory_mb: 2_048, cpus: 1.5 };
		const made = await addEnvironment({ runtime: 'sandbox', ...settings, demo_data: true });
		expect(made.json).toMatchObject({ ...settings, demo_data: true });
		const path = `/api/v1/environments/${idOf(made.json)}`;
		const changed = await platform.api('PATCH', path, { workers: 0, modules: null });
		expect(changed.json).toMatchObject({ ...settings, workers: 0, modules: null });
		expect((await platform.api('GET', path)).json).toMatchObject({ production: true, workers: 0, modules: null });
	});
});
