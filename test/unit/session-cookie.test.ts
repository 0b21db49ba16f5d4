import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requireSameSite, sessionCookie, sessionTokenOf } from '../../backend/src/access/session-cookie';

describe('the cookie of a session', () => {
	it('is sent over https alone where the service is reached by it', () => {
		expect(sessionCookie('token', { maxAge: 60, secure: true })).toBe(
			'session_id=token; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure',
		);
	});

	it.each([
		['session_id=abc-_1', 'abc-_1'],
		['theme=dark; session_id=abc', 'abc'],
		['session_id=abc; theme=dark', 'abc'],
		['my_session_id=abc', undefined],
		['session_id=', undefined],
		['session_id="abc"', undefined],
		['', undefined],
		[undefined, undefined],
	])('is found in %j', (cookie, token) => {
		expect(sessionTokenOf({ cookie })).toBe(token);
	});

	it('is found among whatever else is sent', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (before, after) => {
				const cookie = `${before.replaceAll('session_id', '')}; session_id=abc; ${after}`;
				expect(sessionTokenOf({ cookie })).toBe('abc');
			}),
		);
	});
});

describe('a request with a session', () => {
	const json = { 'content-type': 'application/json' };

	it.each([
		['of the site itself', { ...json, 'sec-fetch-site': 'same-origin' }],
		['of a person', { ...json, 'sec-fetch-site': 'none' }],
		['of a program', json],
		['that says its charset', { 'content-type': 'application/json; charset=utf-8' }],
	])('%s is taken', (_what, headers) => {
		expect(() => requireSameSite(headers)).not.toThrow();
	});

	it.each([
		['of another site', { ...json, 'sec-fetch-site': 'cross-site' }],
		['of a neighboring site', { ...json, 'sec-fetch-site': 'same-site' }],
		['of no type', {}],
		['of a form', { 'content-type': 'multipart/form-data; boundary=application/json' }],
		['of a type that begins the same', { 'content-type': 'application/json-seq' }],
	])('%s is refused', (_what, headers) => {
		expect(() => requireSameSite(headers)).toThrow(expect.objectContaining({ code: 'cross_site_refused' }));
	});
});
