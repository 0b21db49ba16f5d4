import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { openApiDocument } from '../../backend/src/http/openapi';
import { pageOf, pageQuery } from '../../backend/src/http/page';
import { defineRoute, reply } from '../../backend/src/http/route';

const thing = z.object({ id: z.string() }).meta({ id: 'Thing' });
const access = { by: 'key', permission: 'projects:read', plan: 'starter' } as const;

const list = defineRoute({
	method: 'get',
	path: '/things',
	operationId: 'listThings',
	summary: 'List things',
	access,
	input: { query: z.strictObject(pageQuery) },
	responses: { 200: pageOf(thing) },
	handle: () => Promise.resolve(reply(200, { data: [], next_cursor: null })),
});

const remove = defineRoute({
	method: 'delete',
	path: '/things/{thing_id}',
	operationId: 'deleteThing',
	summary: 'Delete a thing',
	notes: 'For good.',
	access: { ...access, permission: null, plan: 'free' },
	errors: ['environment_busy'],
	input: { params: z.strictObject({ thing_id: z.string() }) },
	responses: { 204: z.undefined() },
	handle: () => Promise.resolve(reply(204, undefined)),
});

const document = openApiDocument([list, remove]);
const listed = document.paths['/things']?.get;
const removed = document.paths['/things/{thing_id}']?.delete;
const codesOf = (operation: typeof listed) =>
	Object.values(operation?.responses ?? {}).flatMap((response) => response['x-codes'] ?? []);

describe('the OpenAPI document', () => {
	it('describes a number in the query as what it means, not as the text that it is sent as', () => {
		expect(listed?.parameters[0]).toMatchObject({
			name: 'limit',
			required: false,
			schema: { type: 'integer', minimum: 1, maximum: 200 },
		});
	});

	it('refers to a schema that has a name', () => {
		expect(document.components.schemas).toHaveProperty('Thing');
		expect(listed?.responses['200']?.content).toMatchObject({
			'application/json': { schema: { properties: { data: { items: { $ref: '#/components/schemas/Thing' } } } } },
		});
	});

	it('gives a reply without a body no content', () => {
		expect(removed?.responses['204']).not.toHaveProperty('content');
	});

	it('tells the codes that follow from the input', () => {
		expect(codesOf(listed)).toEqual(expect.arrayContaining(['invalid_cursor', 'validation_failed']));
	});

	it('tells the codes that the route adds, under their status', () => {
		expect(removed?.responses['409']?.['x-codes']).toContain('environment_busy');
	});

	it('does not warn of a permission or a plan that a route does not ask for', () => {
		expect(codesOf(removed)).not.toEqual(expect.arrayContaining(['permission_denied']));
		expect(codesOf(removed)).not.toEqual(expect.arrayContaining(['plan_upgrade_required']));
	});

	it('says in words who may, and what must be known besides', () => {
		expect(removed?.description).toBe(
			'Takes a platform key (`oec_live_…`) whatever its permissions, on every plan. For good.',
		);
	});

	it('keeps the examples of a body that is transformed', () => {
		const body = z.strictObject({ tags: z.array(z.string()).transform((tags) => new Set(tags)) });
		const tag = defineRoute({
			method: 'post',
			path: '/tags',
			operationId: 'tagThing',
			summary: 'Tag a thing',
			access,
			input: { body: body.meta({ examples: [{ tags: ['new'] }] }) },
			responses: { 204: z.undefined() },
			handle: () => Promise.resolve(reply(204, undefined)),
		});
		expect(openApiDocument([tag]).paths['/tags']?.post?.requestBody?.content).toMatchObject({
			'application/json': { schema: { examples: [{ tags: ['new'] }] } },
		});
	});

	it('refuses two schemas of one name', () => {
		const other = defineRoute({
			method: 'get',
			path: '/others',
			operationId: 'listOthers',
			summary: 'List others',
			access,
			input: {},
			responses: { 200: z.object({ name: z.string() }).meta({ id: 'Thing' }) },
			handle: () => Promise.resolve(reply(200, { name: '' })),
		});
		expect(() => openApiDocument([list, other])).toThrow(/Thing/);
	});
});
