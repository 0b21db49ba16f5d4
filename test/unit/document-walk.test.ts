import { describe, expect, it } from '@jest/globals';
import type { ServedDocument } from '../support/api-document';
import { refusedExamples, silentPlaces } from '../support/document-walk';

/** A document with one body, and one schema that has a name. */
const documentOf = (schema: object, named: Record<string, unknown> = {}): ServedDocument => ({
	paths: {
		'/things': {
			post: {
				operationId: 'makeThing',
				parameters: [],
				responses: { 200: { content: { 'application/json': { schema: { ...schema } } } } },
			},
		},
	},
	components: { schemas: { Named: named } },
	'x-error-codes': {},
});

const SCHEMA = '/paths/~1things/post/responses/200/content/application~1json/schema';
const fields = (properties: object) => documentOf({ type: 'object', properties });

describe('the places that say nothing', () => {
	it('are named by their JSON pointer', () => {
		expect(silentPlaces(fields({ 'a/b': { type: 'string' } }))).toEqual([`${SCHEMA}/properties/a~1b`]);
	});

	it('are found in lists and alternatives', () => {
		const inner = { properties: { name: { type: 'string', description: ' ' } } };
		expect(silentPlaces(documentOf({ anyOf: [{ items: inner }] }))).toEqual([
			`${SCHEMA}/anyOf/0/items/properties/name`,
		]);
	});

	it('are parameters too', () => {
		const document = documentOf({});
		document.paths['/things']?.post?.parameters.push({ name: 'limit', in: 'query', description: '' });
		expect(silentPlaces(document)).toEqual(['/paths/~1things/post/parameters/0']);
	});

	it('are not those whose named schema is described', () => {
		const schema = { properties: { status: { $ref: '#/components/schemas/Named' } } };
		expect(silentPlaces(documentOf(schema, { description: 'How it is' }))).toEqual([]);
		expect(silentPlaces(documentOf(schema))).toEqual([`${SCHEMA}/properties/status`]);
	});

	it('are not within examples', () => {
		expect(silentPlaces(documentOf({ examples: [{ properties: { name: {} } }] }))).toEqual([]);
	});
});

describe('an example that its schema refuses', () => {
	it('is named with the reason', () => {
		const document = documentOf({ type: 'integer', examples: [1, 'one'] });
		expect(refusedExamples(document)).toEqual([`${SCHEMA}/examples/1: data must be integer`]);
	});

	it('is held against the schemas that its own refers to', () => {
		const schema = { items: { $ref: '#/components/schemas/Named' }, examples: [['text']] };
		expect(refusedExamples(documentOf(schema, { type: 'null' }))).toEqual([
			`${SCHEMA}/examples/0: data/0 must be null`,
		]);
	});
});
