import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { certificatesIn } from '../support/certificates';

const support = path.join(__dirname, '../support');
let directory: string;
/** What became of a request, by the server's certificate. */
let outcomes: Readonly<Record<string, string>>;

beforeAll(() => {
	directory = mkdtempSync(path.join(tmpdir(), 'odoo-platform-tls-'));
	const certificates = certificatesIn(directory);
	const [here, later] = ['IP:127.0.0.1', '20990101000000Z'];
	certificates.selfSigned('authority');
	certificates.selfSigned('itself');
	certificates.signed('good', 'authority', { subject: here, until: later });
	certificates.signed('expired', 'authority', { subject: here, until: '20200102000000Z' });
	certificates.signed('misnamed', 'authority', { subject: 'DNS:erp.example.com', until: later });
	certificates.signed('unknown', 'itself', { subject: here, until: later });
	const args = ['-r', path.join(support, 'ts-register.cjs'), path.join(support, 'tls-client.ts'), directory];
	const names = ['good', 'itself', 'expired', 'misnamed', 'unknown'];
	const env = { ...process.env, NODE_EXTRA_CA_CERTS: path.join(directory, 'authority.pem') };
	const told = execFileSync(process.execPath, [...args, ...names], { env, encoding: 'utf8' });
	outcomes = z.record(z.string(), z.string()).parse(JSON.parse(told));
});

afterAll(() => rmSync(directory, { recursive: true }));

describe('a server whose certificate', () => {
	it('an authority signed that is trusted is reached', () => {
		expect(outcomes.good).toBe('200');
	});

	it.each([
		['signed itself', 'itself', 'self-signed'],
		['has expired', 'expired', 'has expired'],
		['is for another name', 'misnamed', 'is for another name'],
		['an authority signed that nobody knows', 'unknown', 'not signed by an authority that is trusted here'],
	])('%s is told so', (_what, name, words) => {
		expect(outcomes[name]).toMatch(/^outbound_tls_failed: /);
		expect(outcomes[name]).toContain(words);
	});
});
