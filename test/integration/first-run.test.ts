import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createLogger } from '../../backend/src/core/log';
import { loadMasterKey } from '../../backend/src/core/secrets';
import { startPlatform } from '../../backend/src/platform';
import { startTestPlatform, type TestPlatform } from '../support/platform';

let platform: TestPlatform;

beforeAll(async () => {
	platform = await startTestPlatform();
});

afterAll(() => platform.remove());

const file = () => path.join(platform.config.dataDir, 'first-run.json');

describe('the first start', () => {
	it('writes what it made to a file for its owner alone', async () => {
		expect((await stat(file())).mode & 0o777).toBe(0o600);
		expect(platform.firstRun).toMatchObject({
			base_url: platform.url,
			api_key: expect.stringMatching(/^oec_live_/),
			webhook_key: { token: expect.stringMatching(/^sk_live_/) },
		});
	});

	it('leaves no draft behind', async () => {
		expect(await readdir(platform.config.dataDir)).not.toContainEqual(expect.stringContaining('draft'));
	});

	it('makes a demo project with a production and a staging environment', async () => {
		const { json } = await platform.api('GET', `/api/v1/environments?project_id=${platform.firstRun.project_id}`);
		expect(json.data).toEqual([
			expect.objectContaining({ name: 'staging', id: platform.firstRun.environments.staging, git_sha: '' }),
			expect.objectContaining({ name: 'production', id: platform.firstRun.environments.production }),
		]);
	});

	it('makes a real git repository with a few commits on main', async () => {
		const { json } = await platform.api('GET', `/api/v1/projects/${platform.firstRun.project_id}`);
		const log = execFileSync('git', ['-C', String(json.repository_url), 'log', '--format=%s', 'main'], {
			encoding: 'utf8',
		});
		expect(log.trim().split('\n')).toHaveLength(3);
	});

	it('happens once', async () => {
		const before = await readFile(file(), 'utf8');
		const again = await startPlatform(platform.config, { log: createLogger('silent') });
		expect(again.firstRunFile).toBeNull();
		await again.stop();
		expect(await readFile(file(), 'utf8')).toBe(before);
	});

	it('interrupted at its last step, takes the secrets of its draft away at the next', async () => {
		const { dataDir } = platform.config;
		await writeFile(path.join(dataDir, `first-run.${platform.firstRun.organization_id}.draft.json`), '{}');
		await (await startPlatform(platform.config, { log: createLogger('silent') })).stop();
		expect(await readdir(dataDir)).not.toContainEqual(expect.stringContaining('draft'));
	});

	it('of another replica on the same database makes nothing', async () => {
		const dataDir = `${platform.config.dataDir}-replica`;
		const secretKey = await loadMasterKey(platform.config.dataDir);
		const config = { ...platform.config, dataDir, secretKey };
		const replica = await startPlatform(config, { log: createLogger('silent') });
		expect(replica.firstRunFile).toBeNull();
		await replica.stop();
		await rm(dataDir, { recursive: true });
	});
});
