import { z } from 'zod';
import { ERROR_CODES, type ErrorCode, errorCodes } from '../core/error-codes';
import type { AccessBy } from '../access/access';
import { problemSchema } from './problem';
import { type ErrorReply, mayBeEmpty, type Route } from './route';
import { statusOf } from './status-of';

/** A JSON Schema, draft 2020-12. */
export type JsonSchema = z.core.JSONSchema.BaseSchema;

export interface Parameter {
	readonly name: string;
	readonly in: 'path' | 'query' | 'header';
	readonly required: boolean;
	readonly description: string;
	readonly schema: JsonSchema;
}

type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;

export interface Response {
	readonly description: string;
	readonly headers: Readonly<Record<string, { readonly $ref: string }>>;
	readonly content?: Content;
	/** The codes that can come with this status. */
	readonly 'x-codes'?: readonly ErrorCode[];
}

export interface Operation {
	readonly operationId: string;
	readonly tags: readonly string[];
	readonly summary: string;
	readonly description: string;
	readonly security: readonly Readonly<Record<string, readonly string[]>>[];
	readonly parameters: readonly Parameter[];
	readonly requestBody?: { readonly required: boolean; readonly content: Content };
	readonly responses: Readonly<Record<string, Response>>;
	/** null: every key of the scope may. Missing, as the two below are, where no key is taken. */
	readonly 'x-permission'?: string | null;
	readonly 'x-plan'?: string;
	readonly 'x-scope'?: string;
}

/**
 * A POST that is served beside the declared routes, because it takes no key; described by the schemas that parse its
 * requests and type its replies. It answers 200, or fails as problem+json.
 */
export interface UndeclaredOperation extends Pick<Operation, 'operationId' | 'summary' | 'description' | 'security'> {
	readonly path: string;
	readonly tag: string;
	readonly body: z.ZodType;
	readonly reply: z.ZodType;
	readonly errors: readonly ErrorCode[];
}

/** The part of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1) that describes this API. */
export interface OpenApiDocument {
	readonly openapi: '3.1.1';
	readonly info: Readonly<Record<'title' | 'version' | 'summary' | 'description', string>>;
	readonly servers: readonly { readonly url: string }[];
	readonly tags: readonly { readonly name: string }[];
	readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
	readonly components: {
		readonly schemas: Readonly<Record<string, JsonSchema>>;
		readonly headers: Readonly<Record<string, { readonly description: string; readonly schema: JsonSchema }>>;
		readonly securitySchemes: Readonly<Record<string, Readonly<Record<string, string>>>>;
	};
	readonly 'x-error-codes': typeof ERROR_CODES;
}

const PROBLEM: ErrorReply = { type: 'application/problem+json', schema: problemSchema, badInput: 422 };

const COMPONENTS = '#/components/schemas/';

/** Collects the schemas that are named (`.meta({ id })`) and refers to them. */
class Schemas {
	readonly components = new Map<string, JsonSchema>();

	/** The JSON Schema of what clients send (`input`) or are sent (`output`). */
	of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
		const { properties, $defs = {} } = z.toJSONSchema(z.object({ schema }), {
			io,
			unrepresentable: 'any',
			override: ({ zodSchema, jsonSchema }) => tidy(jsonSchema, z.globalRegistry.get(zodSchema)?.examples),
		});
		for (const [id, definition] of Object.entries($defs)) this.add(id, refer(definition));
		return refer(properties?.schema);
	}

	private add(id: string, definition: JsonSchema) {
		const { id: _, ...schema } = definition;
		const present = this.components.get(id);
		if (present !== undefined && JSON.stringify(present) !== JSON.stringify(schema)) {
			throw new Error(`two schemas are named ${id}, or one is different as input and as output`);
		}
		this.components.set(id, schema);
	}
}

/**
 * A pattern says nothing where the type is not text, and nothing more where a format does. The examples of what is
 * transformed, which zod takes for those of the result, are here of what is sent.
 */
function tidy(schema: JsonSchema, examples: unknown) {
	if (Array.isArray(examples)) schema.examples = examples;
	if (schema.type !== 'string' || schema.format !== undefined) delete schema.pattern;
}

const schemaShape = z.custom<JsonSchema>((value) => typeof value === 'object' && value !== null);

const refer = (schema: unknown): JsonSchema =>
	schemaShape.parse(JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', `"${COMPONENTS}`)));

/** Describes the routes as declared; nothing is described here that is not so for all of them. */
export function openApiDocument(
	routes: readonly Route[],
	undeclared: readonly UndeclaredOperation[] = [],
): OpenApiDocument {
	const schemas = new Schemas();
	schemas.of(problemSchema, 'output');
	const paths: Record<string, Record<string, Operation>> = {};
	for (const route of routes) {
		paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, schemas) };
	}
	for (const one of undeclared) paths[one.path] = { post: undeclaredOperation(one, schemas) };
	return {
		openapi: '3.1.1',
		info: {
			title: 'Odoo Platform API',
			version: '1.0.0',
			summary: 'Deploy Odoo systems and question them',
			description: 'Times are ISO 8601 in UTC. Unset values are null, never missing. Unknown fields are refused.',
		},
		servers: [{ url: '/' }],
		tags: [...new Set([...routes.map(tagOf), ...undeclared.map(({ tag }) => tag)])].map((name) => ({ name })),
		paths,
		components: {
			schemas: Object.fromEntries([...schemas.components].sort(([a], [b]) => (a < b ? -1 : 1))),
			headers: {
				'X-Request-Id': {
					description: 'Names the request in our log; quote it when you ask for help',
					schema: { type: 'string' },
				},
				...RATE_HEADERS,
				'Set-Cookie': {
					description:
						'The cookie `session_id`: no script reads it, and it is empty where the session has ended',
					schema: { type: 'string' },
				},
			},
			securitySchemes: {
				bearer: { type: 'http', scheme: 'bearer', description: 'The API key as `Authorization: Bearer <key>`' },
				apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'The API key in `X-API-Key`' },
				session: {
					type: 'apiKey',
					in: 'cookie',
					name: 'session_id',
					description: 'The cookie of a session from `/web/session/authenticate`, for trying things out',
				},
			},
		},
		'x-error-codes': ERROR_CODES,
	};
}

/** What every reply to a good key tells of its limit. */
const RATE_HEADERS = {
	'X-RateLimit-Limit': { description: 'Requests a minute that the key may send', schema: { type: 'integer' } },
	'X-RateLimit-Remaining': { description: 'How many of them are left', schema: { type: 'integer' } },
	'X-RateLimit-Reset': {
		description: 'When the next minute begins',
		schema: { type: 'string', format: 'date-time' },
	},
	RateLimit: {
		description: 'The same as draft-ietf-httpapi-ratelimit-headers has it: what is left, and for how many seconds',
		schema: { type: 'string' },
	},
	'RateLimit-Policy': {
		description: 'The limit, and the seconds that it is for',
		schema: { type: 'string' },
	},
} as const;

const headersNamed = (...names: readonly string[]) =>
	Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));

const headers = headersNamed('X-Request-Id', ...Object.keys(RATE_HEADERS));

const IDEMPOTENCY_KEY: Parameter = {
	name: 'Idempotency-Key',
	in: 'header',
	required: false,
	description:
		'Names what is to be done, so that sending it again within 24 hours answers the first reply again, with ' +
		'`Idempotency-Replayed: true`, and does nothing twice',
	schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[ -~]+$' },
};

function operationOf(route: Route, schemas: Schemas): Operation {
	const { access, input } = route;
	return {
		operationId: route.operationId,
		tags: [tagOf(route)],
		summary: route.summary,
		description: inWords(route),
		security: CALLERS[access.by].security,
		parameters: [
			...parametersOf(input.params, 'path', schemas),
			...parametersOf(input.query, 'query', schemas),
			...(route.method === 'get' ? [] : [IDEMPOTENCY_KEY]),
		],
		...(input.body instanceof z.ZodType
			? { requestBody: { required: !mayBeEmpty(input.body), content: json(schemas.of(input.body, 'input')) } }
			: {}),
		...(route.upload === undefined
			? {}
			: { requestBody: { required: true, content: Object.fromEntries([asFile(route.upload)]) } }),
		responses: {
			...successesOf(route, schemas),
			...failuresOf({ ...route, codes: codesOf(route), headers }, schemas),
		},
		'x-permission': access.permission,
		'x-plan': access.plan,
		'x-scope': CALLERS[access.by].scope,
	};
}

function undeclaredOperation(operation: UndeclaredOperation, schemas: Schemas): Operation {
	const { operationId, summary, description, security, tag, body, reply, errors: codes } = operation;
	const own = headersNamed('X-Request-Id');
	return {
		operationId,
		tags: [tag],
		summary,
		description,
		security,
		parameters: [],
		requestBody: { required: true, content: json(schemas.of(body, 'input')) },
		responses: {
			200: {
				description: 'Done',
				headers: { ...own, ...headersNamed('Set-Cookie') },
				content: json(schemas.of(reply, 'output')),
			},
			...failuresOf({ codes, headers: own }, schemas),
		},
	};
}

/** Routes belong together whose permissions are about the same thing. */
function tagOf({ access: { permission } }: Route): string {
	if (permission === null) return 'Account';
	const subject = permission.slice(0, permission.indexOf(':'));
	return TAGS[subject] ?? `${subject.charAt(0).toUpperCase()}${subject.slice(1).replaceAll('_', ' ')}`;
}

const TAGS: Readonly<Record<string, string>> = { odoo: 'Odoo gateway', api_keys: 'API keys' };

/** Who may call, as the document has it: by the name of the scope, in words, and by what it is proved. */
const CALLERS: Readonly<Record<AccessBy, Pick<Operation, 'security'> & Readonly<Record<'scope' | 'words', string>>>> = {
	key: { scope: 'org', words: 'a platform key (`oec_live_…`)', security: [{ bearer: [] }, { apiKey: [] }] },
	webhook_key: {
		scope: 'webhook',
		words: 'a session, or a key of scope `webhook` (`sk_live_…`)',
		security: [{ bearer: [] }, { apiKey: [] }, { session: [] }],
	},
	user: { scope: 'user', words: 'somebody who is logged in', security: [] },
};

function inWords({ access: { by, permission, plan }, notes }: Route): string {
	const right = permission === null ? 'whatever its permissions' : `with the permission \`${permission}\``;
	const plans = plan === 'free' ? 'every plan' : `the plan \`${plan}\`${plan === 'agency' ? '' : ' or above'}`;
	return `Takes ${CALLERS[by].words} ${right}, on ${plans}.${notes === undefined ? '' : ` ${notes}`}`;
}

const asFile = (type: string) => [type, { schema: { type: 'string', format: 'binary' } }] as const;
const asText = (type: string) => [type, { schema: { type: 'string' } }] as const;

const json = (schema: JsonSchema, type = 'application/json'): Content => ({ [type]: { schema } });

function parametersOf(part: unknown, place: 'path' | 'query', schemas: Schemas): Parameter[] {
	if (!(part instanceof z.ZodType)) return [];
	const { properties = {}, required = [] } = schemas.of(part, 'input');
	return Object.entries(properties).map(([name, property]) => {
		const { description = '', ...schema } = schemaShape.parse(property);
		return {
			name,
			in: place,
			required: place === 'path' || required.includes(name),
			description,
			schema,
		};
	});
}

const MEANINGS: Readonly<Record<string, string>> = {
	200: 'Done',
	201: 'Made',
	202: 'Accepted; the work goes on',
	204: 'Done; there is no body',
};

/** A reply has a body in JSON, in text, in either by what the client takes, or none. */
const contentOf = (inJson: Content, inText: Content): Pick<Response, 'content'> => {
	const content = { ...inJson, ...inText };
	return Object.keys(content).length === 0 ? {} : { content };
};

function successesOf({ responses, texts = [], files = [] }: Route, schemas: Schemas): Record<string, Response> {
	return Object.fromEntries(
		Object.entries(responses).map(([status, schema]) => [
			status,
			{
				description: MEANINGS[status] ?? 'Done',
				headers,
				...contentOf(
					schema instanceof z.ZodUndefined ? {} : json(schemas.of(schema, 'output')),
					Object.fromEntries([...texts.map(asText), ...files.map(asFile)]),
				),
			},
		]),
	);
}

function failuresOf(
	{
		codes,
		headers,
		...route
	}: Pick<Route, 'errorReply' | 'statuses'> & Pick<Response, 'headers'> & { readonly codes: readonly ErrorCode[] },
	schemas: Schemas,
): Record<string, Response> {
	const family = route.errorReply ?? PROBLEM;
	const schema = schemas.of(family.schema, 'output');
	const statuses = [...new Set(codes.map((code) => statusOf(code, route)))];
	return Object.fromEntries(
		statuses.map((status) => {
			const own = codes.filter((code) => statusOf(code, route) === status);
			return [
				String(status),
				{
					description: own.map((code) => `\`${code}\`: ${ERROR_CODES[code].meaning}`).join('\n\n'),
					headers,
					content: json({ allOf: [schema, { properties: { code: { enum: own } } }] }, family.type),
					'x-codes': own,
				},
			];
		}),
	);
}

/** What can go wrong at a route: what follows from how it is declared, and what its declaration adds. */
function codesOf({
	method,
	access,
	input,
	errorReply,
	errors = [],
	resumable = method !== 'post',
}: Route): ErrorCode[] {
	const query = input.query instanceof z.ZodObject ? input.query.shape : {};
	const possible = new Set<ErrorCode>([
		'bad_request',
		'authentication_required',
		'invalid_api_key',
		'wrong_key_scope',
		...(access.by === 'webhook_key' ? (['invalid_session', 'cross_site_refused'] as const) : []),
		...(access.permission === null ? [] : (['permission_denied'] as const)),
		...(access.plan === 'free' ? [] : (['plan_upgrade_required'] as const)),
		...(input.params === undefined ? [] : (['not_found'] as const)),
		...(input.body === undefined ? [] : (['malformed_json'] as const)),
		...('cursor' in query ? (['invalid_cursor'] as const) : []),
		...(method === 'get'
			? []
			: ([
					'invalid_idempotency_key',
					'idempotency_key_reused',
					'idempotency_in_progress',
					'idempotency_reply_too_large',
					...(resumable ? [] : (['idempotency_interrupted'] as const)),
				] as const)),
		'rate_limited',
		'too_many_refused_keys',
		'body_too_large',
		'unsupported_encoding',
		...(errorReply?.badInput === null ? [] : (['validation_failed'] as const)),
		'database_unavailable',
		'internal_error',
		...errors,
	]);
	return errorCodes.filter((code) => possible.has(code));
}
