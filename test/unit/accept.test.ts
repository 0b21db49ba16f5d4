import { describe, expect, it } from '@jest/globals';
import { preferredType } from '../../backend/src/http/accept';

const TYPES = ['application/json', 'text/plain', 'text/event-stream'] as const;

describe('the preferred media type', () => {
	it.each([
		[undefined, 'application/json'],
		['*/*', 'application/json'],
		['text/plain', 'text/plain'],
		['Text/Event-Stream', 'text/event-stream'],
		['text/*', 'text/plain'],
		['text/html, */*;q=0.1', 'application/json'],
		['application/json;q=0.2, text/plain;q=0.9', 'text/plain'],
		['text/*;q=0.9, text/plain;q=0', 'text/event-stream'],
		['*/*, application/json;q=0.5', 'text/plain'],
		['text/plain; charset=utf-8', 'text/plain'],
	])('of Accept: %s is %s', (accept, type) => {
		expect(preferredType(accept, TYPES)).toBe(type);
	});

	it.each(['text/html', 'text/plain;q=0', '', 'text/plain;q=banana'])('of Accept: %j is none', (accept) => {
		expect(() => preferredType(accept, TYPES)).toThrow(
			expect.objectContaining({ status: 406, code: 'not_acceptable' }),
		);
	});
});
