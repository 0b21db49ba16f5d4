import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
// Before the service, which reads the registry once.
import '../support/shelf-runtime';
import { type TestPlatform, startTestPlatform } from '../support/platform';

let platform: TestPlatform;
let directory: string;
let environment: { id: string; primary_url: string };
let deployment: string;

beforeAll(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'shelf-'));
	process.env.SHELF = directory;
	platform = await startTestPlatform();
	const made = await platform.api('POST', '/api/v1/environments', {
		project_id: platform.firstRun.project_id,
		name: 'shelved',
		runtime: 'shelf',
		odoo_version: '19.0',
	});
	environment = z.object({ id: z.string(), primary_url: z.string() }).parse(made.json);
	const deployed = await platform.api('POST', `/api/v1/environments/${environment.id}/deploy`, {
		ref: 'main',
		wait: true,
	});
	expect(deployed.json).toMatchObject({ status: 'succeeded' });
	deployment = z.object({ deployment_id: z.string() }).parse(deployed.json).deployment_id;
});

afterAll(async () => {
	await platform.remove();
	await rm(directory, { recursive: true });
	delete process.env.SHELF;
});

describe('an environment of a further runtime', () => {
	it('is at the address that its runtime says', () => {
		expect(environment.primary_url).toBe(`${platform.url}/shelf/${environment.id}`);
	});

	it('is served by its runtime, from the files that the release laid out', async () => {
		const manifest = await readFile(path.join(directory, environment.id, 'acme_loyalty/__manifest__.py'), 'utf8');
		const served = await fetch(`${environment.primary_url}/acme_loyalty/__manifest__.py`);
		expect(await served.text()).toBe(manifest);
	});

	it('is not served as a sandbox', async () => {
		expect((await fetch(`${platform.url}/sandbox/${environment.id}/web/health`)).status).toBe(404);
	});

	it('has its runtime’s lines in the log of the deployment', async () => {
		const { text } = await platform.api('GET', `/api/v1/deployments/${deployment}/logs`);
		expect(text).toContain('The files are on the shelf.');
	});

	it('is checked by its runtime', async () => {
		const { json } = await platform.api('GET', `/api/v1/environments/${environment.id}/status`);
		expect(json).toMatchObject({ health: { healthy: true } });
	});

	it('is deleted with what its runtime has of it', async () => {
		await platform.api('DELETE', `/api/v1/environments/${environment.id}`);
		expect((await fetch(environment.primary_url)).status).toBe(404);
	});
});

it('a further runtime stands in the API’s description', async () => {
	const { json } = await platform.api('GET', '/api/v1/openapi.json');
	expect(JSON.stringify(json)).toContain('`shelf`: files on a shelf');
});
