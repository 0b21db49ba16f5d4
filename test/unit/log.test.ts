import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLogger } from '../../backend/src/core/log';
import { loggedLines } from '../support/logged-lines';

/** What is written of a message. */
function logged(message: string): unknown {
	const { lines, destination } = loggedLines();
	createLogger('info', destination).info(message);
	return lines()[0]?.msg;
}

describe('a line of the log', () => {
	it.each([
		['https://user:password@git.example.com/x', 'https://[redacted]@git.example.com/x'],
		['https://user:p@ss@git.example.com/x', 'https://[redacted]@git.example.com/x'],
		['mongodb://user:password@a.example.com,b.example.com', 'mongodb://[redacted]@a.example.com,b.example.com'],
		['https://erp.example.com/?access_token=abc&page=2', 'https://erp.example.com/?access_token=[redacted]&page=2'],
		['https://erp.example.com/?page=2&apiKey=abc#top', 'https://erp.example.com/?page=2&apiKey=[redacted]#top'],
		['the key oec_live_ab.c-d.e_f is void', 'the key oec_live_[redacted] is void'],
		['"sk_live_ab.c-d.e_f"', '"sk_live_[redacted]"'],
		['whsec_a+b/c=', 'whsec_[redacted]'],
		['GET "https://erp.example.com/?token=abc" failed', 'GET "https://erp.example.com/?token=[redacted]" failed'],
	])('does not hold the secret in %s', (message, written) => {
		expect(logged(message)).toBe(written);
	});

	it.each([
		'https://erp.example.com/@team?page=2&sort=name',
		'mail of admin@example.com',
		'tokens: 5, key_01J, api keys',
	])('holds %s as it is', (message) => {
		expect(logged(message)).toBe(message);
	});

	it('holds no secret of an error, its cause and its stack', () => {
		const { lines, destination } = loggedLines();
		const cause = new Error('could not fetch https://user:hidden@git.example.com');
		createLogger('info', destination).error({ err: new Error('whsec_hidden', { cause }) }, 'failed');
		expect(JSON.stringify(lines())).not.toContain('hidden');
	});

	it('holds no field that may be a secret', () => {
		const { lines, destination } = loggedLines();
		createLogger('info', destination).info({ password: 'hidden', headers: { authorization: 'hidden' } });
		expect(JSON.stringify(lines())).not.toContain('hidden');
	});

	it('stays JSON whatever its texts hold', () => {
		const parts = ['https://', '?token=', '@', 'whsec_', '\\', '"', '\n', 'a', '/', '&', 'ü'];
		const text = fc.array(fc.constantFrom(...parts), { maxLength: 20 }).map((pieces) => pieces.join(''));
		fc.assert(
			fc.property(text, (message) => {
				expect(typeof logged(message)).toBe('string');
			}),
		);
	});
});
