import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { servedDocument, type ServedDocument } from './api-document';

/** A reply before its body is read. */
interface ReplyHead {
	readonly method: string;
	readonly url: string;
	readonly status: number;
	/** The content type without its parameters; empty where there is none. */
	readonly type: string;
}

/** Says what of a reply's body its document does not declare; null where it is as declared. */
type BodyCheck = (text: string) => string | null;

/** What the body of a reply has to pass by the document; null where the document says nothing of it. */
type Check = (head: Omit<ReplyHead, 'url'> & { readonly path: string }) => BodyCheck | null;

const checks = new Map<string, Check>();
const plainFetch = globalThis.fetch;

/**
 * From now on, every reply that `ask` or `fetch` brings from that service is held against the OpenAPI document that it
 * serves: its path, status, content type and body. A reply that is not as declared rejects.
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
	const { method, url } = input instanceof Request ? input : { method: 'GET', url: input };
	const [type = ''] = reply.headers.get('content-type')?.split(';') ?? [];
	const check = replyCheck({ method: init?.method ?? method, url: new URL(url).href, status: reply.status, type });
	check?.(await reply.clone().text());
	return reply;
};

/** What throws if the body of that reply is not as declared; null where there is nothing to hold it against. */
export function replyCheck({ method, url, ...head }: ReplyHead): ((text: string) => void) | null {
	const { origin } = new URL(url);
	// As it was sent: supertest leaves the dots of a path alone, which a URL resolves.
	const [pathname = ''] = url.slice(origin.length).split(/[?#]/);
	const check = /^\/(api|web\/session)\//.test(pathname) ? checks.get(origin) : undefined;
	const complaintOf = check?.({ ...head, method: method.toLowerCase(), path: pathname });
	if (!complaintOf) return null;
	return (text) => {
		const complaint = complaintOf(text);
		if (complaint !== null) throw new Error(`${method} ${pathname} answered ${head.status} and ${complaint}`);
	};
}

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
	const bodyCheck =
		(schema: object | string): BodyCheck =>
		(text) => {
			const validate = typeof schema === 'string' ? ajv.getSchema(schema) : ajv.compile(schema);
			if (validate === undefined) return `the document lacks ${JSON.stringify(schema)}`;
			return validate(JSON.parse(text))
				? null
				: `its body is not as declared: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 500)}`;
		};
	return ({ method, path, status, type }) => {
		if (method === 'head' || /^\/api\/v1\/(docs|openapi\.json)$/.test(path)) return null;
		const template = templates.find(({ matches }) => matches.test(path))?.path;
		if (template === undefined) return bodyCheck(failure('unknown_route'));
		const operation = document.paths[template]?.[method];
		if (operation === undefined) {
			const form = formOf(Object.values(document.paths[template] ?? {}));
			return bodyCheck(failure('method_not_allowed', form));
		}
		const declared = operation.responses[status];
		if (declared === undefined) return (text) => `that status is not declared; its body is ${text.slice(0, 500)}`;
		const types = Object.keys(declared.content ?? {});
		if (type === '') return types.length === 0 ? null : () => 'has no content type';
		if (!types.includes(type)) return () => `${type} is not a declared content type`;
		if (!type.endsWith('json')) return null;
		const pointer = ['paths', template, method, 'responses', status, 'content', type, 'schema']
			.map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
			.join('/');
		return bodyCheck(`api#/${pointer}`);
	};
}

/** Where the form is described in which the operations of a path fail. */
const formOf = (operations: readonly ServedDocument['paths'][string][string][]) =>
	/#\/components\/schemas\/\w*(Problem|Error)/.exec(
		JSON.stringify(operations.map(({ responses }) => responses['401'])),
	)?.[0];
