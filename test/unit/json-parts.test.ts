import { expect, it } from '@jest/globals';
import { JsonBytes } from '../../backend/src/core/json-bytes';
import { jsonPartsOf } from '../../backend/src/http/json-parts';

const written = new JsonBytes([Buffer.from('[1'), Buffer.from(',2]')]);
const textOf = (body: unknown) => Buffer.concat(jsonPartsOf(body) ?? []).toString();

it('leaves replies without JSON that is written already as they are', () => {
	expect(jsonPartsOf({ data: [{ id: 1 }] })).toBeNull();
});

it.each<[string, unknown]>([
	['in a member', { success: true, data: written }],
	['alone', written],
	['among other members', { missing: undefined, data: written, none: undefined, last: null }],
	[
		'in items of a list',
		{ data: [{ success: true, data: written }, undefined, { success: false }, { data: written }] },
	],
	['in a reply that is kept', { status: 200, body: { data: [{ data: written }] } }],
])('puts JSON that is written already where it belongs: %s', (_, body) => {
	expect(textOf(body)).toBe(JSON.stringify(body));
});
