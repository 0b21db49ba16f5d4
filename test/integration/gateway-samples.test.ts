import { execFile, spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { ask } from '../support/ask';
import { startTestPlatform, type TestPlatform } from '../support/platform';

/** The document's samples of signing, as printed but for the key and its secret; what they make is sent as it is. */

const SAMPLES = path.resolve(__dirname, '../support/samples');
const run = promisify(execFile);

let platform: TestPlatform;
beforeAll(async () => {
	platform = await startTestPlatform();
});
afterAll(() => platform.remove());

const signedSchema = z.object({ body: z.string(), headers: z.record(z.string(), z.string()) });

const LANGUAGES = [
	{
		name: 'JavaScript',
		program: process.execPath,
		flag: '-e',
		file: 'sign_request.js.txt',
		print: 'console.log(JSON.stringify({ body: bodyString, headers }))',
		literal: 'true',
	},
	{
		name: 'Python',
		program: 'python3',
		flag: '-c',
		file: 'sign_request.py',
		print: 'print(json.dumps({"body": body_string, "headers": headers}))',
		literal: 'True',
	},
];

for (const { name, program, flag, file, print, literal } of LANGUAGES) {
	const installed = spawnSync(program, ['--version']).status === 0;

	(installed ? describe : describe.skip)(`the sample in ${name}`, () => {
		/** What the sample would send, after a change to its text. */
		const sign = async (change: (text: string) => string = (text) => text) => {
			const { token, hmac_secret } = platform.firstRun.webhook_key;
			const printed = await readFile(path.join(SAMPLES, file), 'utf8');
			const text = change(printed)
				.replace('sk_live_xxxxxxxxxxxxx', token)
				.replace('your_hmac_secret_here', hmac_secret);
			const { stdout } = await run(program, [flag, `${text}\n${print}`]);
			return signedSchema.parse(JSON.parse(stdout));
		};
		const send = async (signed: z.output<typeof signedSchema>) => {
			const { status, json } = await ask(platform.url, 'POST', '/api/n8n/webhook', signed);
			return { status, body: json };
		};

		it('is let in as printed', async () => {
			const reply = await send(await sign());
			expect(reply).toMatchObject({ status: 200, body: { success: true } });
			expect(reply.body).toHaveProperty('data.0.email');
		});

		it('is let in with whatever characters, as the language writes them', async () => {
			const condition = `["is_company", "=", ${literal}]`;
			const signed = await sign((text) =>
				text.replace(condition, '["name", "=", "Zoë & Söhne </€> 😀 \\"\\u2028"]'),
			);
			expect(signed.body).toMatch(/Zo(ë|\\u00eb)/);
			expect(await send(signed)).toEqual({ status: 200, body: { success: true, data: [] } });
		});

		it('is refused once its body is written in another way', async () => {
			const { body, headers } = await sign();
			const spaced = body.replace('{', '{ ');
			expect(await send({ body: spaced, headers })).toMatchObject({
				status: 401,
				body: { success: false, code: 'signature_invalid' },
			});
		});
	});
}
