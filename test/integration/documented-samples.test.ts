import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform } from '../support/platform';

/** The samples of the documents, as printed but for the base URL, the key and the ids. */

const SAMPLES = path.resolve(__dirname, '../support/samples');

const run = promisify(execFile);
const where = (program: string) => (spawnSync(program, ['--version']).status === 0 ? describe : describe.skip);

const deployReply = z.object({
	job_id: z.string(),
	deployment_id: z.string(),
	deployment: z.object({ git_ref: z.string(), git_sha: z.string(), finished_at: z.string().nullable() }),
});

let platform: TestPlatform;
/** A deployment of production that has ended. */
let deployed: z.output<typeof deployReply>;

beforeAll(async () => {
	platform = await startTestPlatform();
	const route = `/api/v1/environments/${platform.firstRun.environments.production}/deploy`;
	deployed = deployReply.parse((await platform.api('POST', route, { ref: 'main', wait: true })).json);
});

afterAll(() => platform.remove());

/** Runs a command of the shell with the platform in place of the documents' and answers what it printed as JSON. */
async function shell(command: string, variables: Record<string, string> = {}): Promise<unknown> {
	const printed = await run('sh', ['-c', command.replaceAll('https://platform.oec.sh', platform.url)], {
		env: { PATH: process.env.PATH, ...variables },
	});
	return JSON.parse(printed.stdout);
}

where('curl')('the samples that call curl', () => {
	it('list the projects', async () => {
		const command = `curl -s https://platform.oec.sh/api/v1/projects \
-H "Authorization: Bearer $OECSH_API_KEY"`;
		expect(await shell(command, { OECSH_API_KEY: platform.firstRun.api_key })).toMatchObject({
			data: [{ id: platform.firstRun.project_id }],
			next_cursor: null,
		});
	});

	it('deploy the commit of a push once, though the workflow asks again', async () => {
		const command = `curl -s -X POST \
https://platform.oec.sh/api/v1/environments/$OECSH_ENV_ID/deploy \
-H "Authorization: Bearer $OECSH_API_KEY" \
-H "Idempotency-Key: gh-$GITHUB_RUN_ID" \
-H "Content-Type: application/json" \
-d '{"ref": "'$GITHUB_SHA'", "wait": false}'`;
		const push = {
			OECSH_ENV_ID: platform.firstRun.environments.staging,
			OECSH_API_KEY: platform.firstRun.api_key,
			GITHUB_RUN_ID: '7423',
			GITHUB_SHA: deployed.deployment.git_sha,
		};
		const first = deployReply.parse(await shell(command, push));
		expect(first.deployment).toMatchObject({ git_ref: deployed.deployment.git_sha, finished_at: null });
		expect(await shell(command, push)).toMatchObject({ job_id: first.job_id });
		const list = `/api/v1/environments/${push.OECSH_ENV_ID}/deployments`;
		expect((await platform.api('GET', list)).json).toMatchObject({ data: [{ id: first.deployment_id }] });
	});
});

where('python3')('the dashboard in Python', () => {
	it('tells of every environment its client, status and last deployment', async () => {
		const directory = await mkdtemp(path.join(tmpdir(), 'odoo-platform-sample-'));
		const script = path.join(directory, 'fleet_status.py');
		const text = await readFile(path.join(SAMPLES, 'fleet_status.py'), 'utf8');
		await writeFile(script, text.replace('https://platform.oec.sh', platform.url));
		const { stdout } = await run('python3', [script], {
			env: {
				PATH: process.env.PATH,
				PYTHONPATH: SAMPLES,
				PYTHONDONTWRITEBYTECODE: '1',
				OECSH_API_KEY: platform.firstRun.api_key,
			},
		});
		await rm(directory, { recursive: true });
		const rows = z.array(z.record(z.string(), z.unknown())).parse(JSON.parse(stdout));
		expect(rows.map(({ environment }) => environment).sort()).toEqual(['production', 'staging']);
		expect(rows.find(({ environment }) => environment === 'production')).toEqual({
			client: 'Demo',
			environment: 'production',
			url: `${platform.url}/sandbox/${platform.firstRun.environments.production}`,
			status: 'running',
			odoo_version: '19.0',
			last_deploy_at: deployed.deployment.finished_at,
			last_deploy_status: 'succeeded',
			last_commit: deployed.deployment.git_sha.slice(0, 7),
		});
	});
});

describe('the requests that the documents name', () => {
	it.each([
		['the last deployments of all environments', () => 'limit=200&status=succeeded,failed'],
		['what ended since', () => `status=succeeded&since=${String(deployed.deployment.finished_at)}`],
		['those of a project', () => `project_id=${platform.firstRun.project_id}&status=succeeded`],
	])('find %s', async (_case, query) => {
		const { json } = await platform.api('GET', `/api/v1/deployments?${query()}`);
		expect(json.data).toContainEqual(expect.objectContaining({ id: deployed.deployment_id }));
	});
});
