import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { servedDocument, type ServedDocument } from './api-document';

/** Says what of a reply its document does not declare; null where it is as declared. */
type Check = (
	request: { method: string; path: string },
	reply: Response,
	text: () => Promise<string>,
) => Promise<string | null>;

const checks = new Map<string, Check>();
const plainFetch = globalThis.fetch;

/**
 * From now on, every reply that `fetch` brings from that service is held against the OpenAPI document that it serves:
 * its path, status, content type and body. A reply that is not as declared rejects.
 * @returns what ends it
 */
export async function checkReplies(url: string): Promise<() => void> {
	const { origin } = new URL(url);
	checks.set(origin, createCheck(await servedDocument(url)));
	globalThis.fetch = checkedFetch;
	return () => checks.delete(origin);
}

const checkedFetch: typeof fetch = async (input, init) => {
	const reply = await plainFetch(input, init);
	const { origin, pathname } = new URL(input instanceof Request ? input.url : input);
	const check = /^\/(api|web\/session)\//.test(pathname) ? checks.get(origin) : undefined;
	if (check === undefined) return reply;
	const method = (init?.method ?? (input instanceof Request ? input.method : 'GET')).toLowerCase();
	const complaint = await check({ method, path: pathname }, reply, () => reply.clone().text());
	if (complaint === null) return reply;
	throw new Error(`${method.toUpperCase()} ${pathname} answered ${reply.status} and ${complaint}`);
};

function createCheck(document: ServedDocument): Check {
	const ajv = new Ajv2020({ strict: false });
	addFormats(ajv);
	ajv.addSchema(document, 'api', undefined, false);
	const templates = Object.keys(document.paths).map((path) => ({
		path,
		// The service takes a path with a slash behind it for the one without.
		matches: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}/?$`),
	}));
	const failures = new Map<string, object>();
	/** A failure with that code in a form that the document declares; the same object each time, so compiled once. */
	const failure = (code: string, form = '#/components/schemas/Problem') => {
		const known = failures.get(code + form);
		if (known !== undefined) return known;
		const schema = { allOf: [{ $ref: `api${form}` }, { properties: { code: { const: code } } }] };
		failures.set(code + form, schema);
		return schema;
	};
	const bodyComplaint = (schema: object | string, text: string) => {
		const validate = typeof schema === 'string' ? ajv.getSchema(schema) : ajv.compile(schema);
		if (validate === undefined) return `the document lacks ${JSON.stringify(schema)}`;
		return validate(JSON.parse(text))
			? null
			: `its body is not as declared: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 500)}`;
	};
	return async ({ method, path }, reply, text) => {
		if (method === 'head' || /^\/api\/v1\/(docs|openapi\.json)$/.test(path)) return null;
		const template = templates.find(({ matches }) => matches.test(path))?.path;
		if (template === undefined) return bodyComplaint(failure('unknown_route'), await text());
		const operation = document.paths[template]?.[method];
		if (operation === undefined) {
			const form = formOf(Object.values(document.paths[template] ?? {}));
			return bodyComplaint(failure('method_not_allowed', form), await text());
		}
		const declared = operation.responses[reply.status];
		if (declared === undefined) return `that status is not declared; its body is ${(await text()).slice(0, 500)}`;
		const type = reply.headers.get('content-type')?.split(';')[0];
		const types = Object.keys(declared.content ?? {});
		if (type === undefined) return types.length === 0 ? null : `has no content type`;
		if (!types.includes(type)) return `${type} is not a declared content type`;
		if (!type.endsWith('json')) return null;
		const pointer = ['paths', template, method, 'responses', reply.status, 'content', type, 'schema']
			.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
			.join('/');
		return bodyComplaint(`api#/${pointer}`, await text());
	};
}

/** Where the form is described in which the operations of a path fail. */
const formOf = (operations: readonly ServedDocument['paths'][string][string][]) =>
	/#\/components\/schemas\/\w*(Problem|Error)/.exec(
		JSON.stringify(operations.map(({ responses }) => responses['401'])),
	)?.[0];
