import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform } from '../support/platform';

/** What somebody would write who has generated `api.d.ts` from the document, and knows nothing else of this API. */
const PROGRAM = `
import createClient from 'openapi-fetch';
import type { paths } from './api';

export async function deploy(baseUrl: string, apiKey: string, environment: string) {
	const client = createClient<paths>({ baseUrl, headers: { Authorization: \`Bearer \${apiKey}\` } });
	const { data, error } = await client.POST('/api/v1/environments/{environment_id}/deploy', {
		params: { path: { environment_id: environment } },
		body: { ref: 'main', wait: true },
	});
	if (error !== undefined) return error.code;
	const status: 'queued' | 'running' | 'succeeded' | 'failed' | 'canceled' = data.status;
	const list = await client.GET('/api/v1/deployments', { params: { query: { limit: 1, environment_id: environment } } });
	return { status, last: list.data?.data[0]?.git_sha === data.deployment.git_sha };
}
`;

/** The same with a field that the API does not know, which must not compile. */
const MISTAKEN = PROGRAM.replace("ref: 'main'", "reference: 'main'");

const run = promisify(execFile);
/** How a command that failed is told of. */
const failed = z.object({ stdout: z.string() });
const modules = path.join(__dirname, '../../node_modules');

let platform: TestPlatform;
let folder: string;
let complaints: Awaited<ReturnType<typeof compile>>;

beforeAll(async () => {
	platform = await startTestPlatform();
	folder = await mkdtemp(path.join(tmpdir(), 'odoo-platform-client-'));
	await symlink(modules, path.join(folder, 'node_modules'));
	await run(process.execPath, [
		path.join(modules, 'openapi-typescript/bin/cli.js'),
		`${platform.url}/api/v1/openapi.json`,
		...['--output', path.join(folder, 'api.d.ts')],
	]);
	await writeFile(path.join(folder, 'program.ts'), PROGRAM);
	await writeFile(path.join(folder, 'mistaken.ts'), MISTAKEN);
	complaints = await compile();
});

afterAll(async () => {
	await platform.remove();
	await rm(folder, { recursive: true, force: true });
});

/** Compiles both beside their sources; what the compiler has to say against each. */
async function compile(): Promise<Record<'program' | 'mistaken', string[]>> {
	const compilerOptions = {
		strict: true,
		skipDefaultLibCheck: true,
		target: 'es2022',
		lib: ['es2022', 'dom', 'dom.iterable'],
		module: 'node16',
		types: [],
	};
	const project = path.join(folder, 'tsconfig.json');
	await writeFile(project, JSON.stringify({ compilerOptions, files: ['program.ts', 'mistaken.ts'] }));
	const tsc = run(process.execPath, [path.join(modules, 'typescript/bin/tsc'), '--project', project]);
	const said = await tsc.catch((error: unknown) => failed.parse(error));
	const lines = said.stdout.split('\n').filter((line) => line.includes('error TS'));
	const isMistaken = (line: string) => line.includes('mistaken.ts(');
	return { program: lines.filter((line) => !isMistaken(line)), mistaken: lines.filter(isMistaken) };
}

const compiled = z.object({
	deploy: z.custom<(baseUrl: string, apiKey: string, environment: string) => Promise<unknown>>(
		(value) => typeof value === 'function',
	),
});

describe('a typed client generated from the document', () => {
	it('compiles, and makes its calls', async () => {
		expect(complaints.program).toEqual([]);
		const { deploy } = compiled.parse(createRequire(__filename)(path.join(folder, 'program.js')));
		const { api_key, environments } = platform.firstRun;
		expect(await deploy(platform.url, api_key, environments.staging)).toEqual({ status: 'succeeded', last: true });
	});

	it('does not compile with a field that the API does not know', () => {
		expect(complaints.mistaken.join()).toContain("'reference' does not exist");
	});
});
