import type { CallOptions, OdooCall } from './client';
import { AUTHENTICATION_FAILED, NEEDS_IDS, OdooError, raisedError } from './errors';
import { notOdoo, type OdooHttp, type OdooReply } from './http';
import { isJsonObject, type JsonObject, type JsonValue } from './json';
import { LargeResult } from './large/large-result';
import { isRead, ORM_METHODS, type MethodSignature } from './methods';
import type { OdooAccess, OdooTransport } from './transport';

/**
 * `POST /json/2/<model>/<method>`, from Odoo 19 on. It takes arguments by name alone, so positions become names: by the
 * ORM's own signatures, then by those that the server documents; what it does not document goes over `fallback`.
 */
export function createJson2(http: OdooHttp, access: OdooAccess, fallback: OdooTransport): OdooTransport {
	const headers = { Authorization: `bearer ${access.secret}`, 'X-Odoo-Database': access.database };
	const documented = new Map<string, ReadonlyMap<string, MethodSignature>>();

	const post = async (
		{ model, method }: Pick<OdooCall, 'model' | 'method'>,
		body: JsonObject,
		options?: CallOptions,
	): Promise<JsonValue | LargeResult> => {
		const reply = await http(
			{ path: `/json/2/${model}/${method}`, headers, body, repeatable: isRead(method), protocol: 'json-2' },
			options,
		);
		if (reply.large !== null) return reply.large;
		if (reply.status === 200 && reply.json !== undefined) return reply.json;
		throw refusal(reply);
	};

	const signatureOf = async ({ model, method }: OdooCall, options?: CallOptions) => {
		const known = ORM_METHODS.get(method);
		if (known) return known;
		let signatures = documented.get(model);
		if (!signatures) {
			const path = `/doc-bearer/${model}.json`;
			const page = await http({ path, headers, repeatable: true, protocol: 'json-2' }, options);
			signatures = documentedMethods(page.large === null ? page.json : await page.large.value());
			documented.set(model, signatures);
		}
		return signatures.get(method);
	};

	const callUndocumented = async (request: OdooCall, options?: CallOptions) => {
		try {
			return await fallback.call(request, options);
		} catch (error) {
			if (!(error instanceof OdooError && error.kind === 'not_odoo')) throw error;
			const detail = `Odoo documents no ${request.model}.${request.method}(), and has no JSON-RPC to call it without.`;
			throw new OdooError('unknown_method', detail);
		}
	};

	return {
		name: 'json-2',
		async authenticate(options) {
			if (!HEADER_VALUE.test(access.database)) throw noDatabase();
			if (!HEADER_VALUE.test(access.secret)) throw new OdooError('authentication_failed', AUTHENTICATION_FAILED);
			const context = await post({ model: 'res.users', method: 'context_get' }, {}, options);
			const userId = !(context instanceof LargeResult) && isJsonObject(context) ? context.uid : undefined;
			if (typeof userId !== 'number') throw new OdooError('not_odoo', 'Odoo did not say who the user is.');
			return userId;
		},
		async call(request, options) {
			const signature = await signatureOf(request, options);
			if (!signature) return callUndocumented(request, options);
			const result = await post(request, namedArguments(request, signature), options);
			// It always answers a list; execute_kw answers one id for one record.
			const createsOne = request.method === 'create' && isJsonObject(request.args[0]);
			if (!createsOne) return result;
			const ids = result instanceof LargeResult ? await result.value() : result;
			return Array.isArray(ids) ? (ids[0] ?? null) : ids;
		},
	};
}

/** The body of a call: `ids`, `context` and the arguments by name. */
function namedArguments({ method, args, kwargs }: OdooCall, { onModel, parameters }: MethodSignature): JsonObject {
	const given = onModel ? args : args.slice(1);
	const [ids] = args;
	if (!onModel && ids === undefined) throw new OdooError('bad_arguments', NEEDS_IDS);
	if (given.length > parameters.length) {
		const most = `${parameters.length} positional argument${parameters.length === 1 ? '' : 's'}`;
		const detail = `${method}() takes at most ${most}${onModel ? '' : ' after the ids'}, and ${given.length} were given.`;
		throw new OdooError('bad_arguments', detail);
	}
	const named = given.map((value, index): [string, JsonValue] => [parameters[index] ?? '', value]);
	const twice = named.find(([name]) => Object.hasOwn(kwargs, name));
	if (twice) throw new OdooError('bad_arguments', `${method}() got multiple values for argument '${twice[0]}'.`);
	return { ...kwargs, ...Object.fromEntries(named), ...(!onModel && ids !== undefined && { ids }) };
}

function refusal(reply: OdooReply): OdooError {
	if (isJsonObject(reply.json) && typeof reply.json.name === 'string') return raisedError(reply.json);
	// Odoo answers in HTML where it has no database to look for the route in.
	if (reply.status === 404) return noDatabase();
	return notOdoo(reply);
}

const noDatabase = () => new OdooError('database_not_found', 'Odoo has no database of that name.');

/** What a header can carry, and all that an API key or the name of a database has; a password may have more. */
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/** The methods of `/doc-bearer/<model>.json`; none where the server or the user has no such page. */
function documentedMethods(page: JsonValue | undefined): ReadonlyMap<string, MethodSignature> {
	const methods = isJsonObject(page) && isJsonObject(page.methods) ? page.methods : {};
	return new Map(
		Object.entries(methods).flatMap(([method, description]): [string, MethodSignature][] => {
			if (!isJsonObject(description) || !isJsonObject(description.parameters)) return [];
			const parameters = Object.entries(description.parameters);
			const kindOf = (parameter: JsonValue) => (isJsonObject(parameter) ? parameter.kind : undefined);
			const kinds = parameters.map(([, parameter]) => kindOf(parameter));
			// What can be given by position alone, in any number or by an unnamed place, JSON-2 cannot express.
			if (kinds.some((kind) => kind === 'VAR_POSITIONAL' || kind === 'POSITIONAL_ONLY')) return [];
			const positional = parameters.filter(([, parameter]) => kindOf(parameter) === undefined);
			const onModel = Array.isArray(description.api) && description.api.includes('model');
			return [[method, { onModel, parameters: positional.map(([name]) => name) }]];
		}),
	);
}
