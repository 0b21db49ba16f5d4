import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startTestPlatform, type TestPlatform, WIDE_LIMITS } from '../support/platform';

let platform: TestPlatform;
let named = 0;

beforeAll(async () => {
	platform = await startTestPlatform({}, { limits: WIDE_LIMITS });
});
afterAll(() => platform.remove());

const made = z.object({ id: z.string() });

/** An environment that was deployed. */
async function addEnvironment(settings: object = {}, { deployed = true } = {}) {
	const request = { project_id: platform.firstRun.project_id, name: `copy-${++named}`, ...settings };
	const { id } = made.parse((await platform.api('POST', '/api/v1/environments', request)).json);
	if (deployed) await deploy(id);
	return id;
}

const deploy = async (id: string) => {
	const reply = await platform.api('POST', `/api/v1/environments/${id}/deploy`, { ref: 'main', wait: 'strict' });
	expect(reply.status).toBe(200);
};

const clone = (target: string, body: object, headers: Record<string, string> = {}) =>
	platform.api('POST', `/api/v1/environments/${target}/clone`, body, { headers });

let source: string;
let target: string;

beforeEach(async () => {
	[source, target] = [await addEnvironment(), await addEnvironment()];
});

describe('a clone', () => {
	it('is a job that is answered at once, and can be waited for', async () => {
		const queued = await clone(target, { source_env: source });
		expect(queued).toMatchObject({
			status: 202,
			json: { job_id: expect.stringMatching(/^job_/), status: 'queued', environment_id: target },
		});
		const other = await addEnvironment();
		expect(await clone(other, { source_env: source, wait: true })).toMatchObject({
			status: 200,
			json: {
				status: 'succeeded',
				job: { kind: 'clone', result: { source_env: source }, steps: [{}, {}, {}] },
			},
		});
	});
});

describe('a clone is refused', () => {
	it('onto the environment itself', async () => {
		expect(await clone(target, { source_env: target })).toMatchObject({
			status: 422,
			json: { code: 'validation_failed', errors: [{ pointer: '/source_env' }] },
		});
	});
});
