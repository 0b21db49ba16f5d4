import type { Clock } from '../core/clock';
import type { Fetch } from '../net/outbound';
import type { CallOptions, OdooCall, OdooClient, OdooIdentity, OdooTransportName, OdooVersion } from './client';
import { AUTHENTICATION_FAILED, OdooError, type OdooErrorKind } from './errors';
import { createOdooHttp, type OdooHttp } from './http';
import { createJson2 } from './json2';
import { callService, createJsonRpc } from './jsonrpc';
import { hushed } from './hushed';
import { isJsonObject } from './json';
import { LargeResult } from './large/large-result';
import { ORM_METHODS } from './methods';
import type { OdooAccess, OdooTransport } from './transport';

/** The first version with JSON-2. */
const JSON2_SINCE = 19;

/** How a server of that major version is talked to, where the secret is an API key. */
export const transportFor = (major: number): OdooTransportName => (major < JSON2_SINCE ? 'json-rpc' : 'json-2');

/**
 * Finds out the server's version and logs in: over JSON-2 from Odoo 19 on, over JSON-RPC below, or where the secret is
 * a password, which JSON-2 does not take. `transport` leaves no choice, for tests. Rejects with an `OdooError`.
 */
export async function connectOdoo(
	access: OdooAccess,
	{ fetch, clock }: { fetch: Fetch; clock: Clock },
	{ transport: only, ...options }: CallOptions & { transport?: OdooTransportName } = {},
): Promise<OdooClient> {
	return hushed(access.secret, () => connect(access, { fetch, clock }, { transport: only, ...options }));
}

async function connect(
	access: OdooAccess,
	{ fetch, clock }: { fetch: Fetch; clock: Clock },
	{ transport: only, ...options }: CallOptions & { transport: OdooTransportName | undefined },
): Promise<OdooClient> {
	const http = createOdooHttp({ url: access.url, fetch, clock });
	const version = await findVersion(http, options);
	const jsonRpc = createJsonRpc(http, access);
	const json2 = createJson2(http, access, jsonRpc);

	if (only === 'json-rpc' || (only === undefined && transportFor(version.major) === 'json-rpc')) {
		return logIn(jsonRpc, access, version, options);
	}
	try {
		return await logIn(json2, access, version, options);
	} catch (error) {
		if (only || !isOdooError(error, 'authentication_failed')) throw error;
		// The secret may be a password.
		return logIn(jsonRpc, access, version, options).catch((other: unknown) => {
			throw isOdooError(other, 'not_odoo') ? error : other;
		});
	}
}

const isOdooError = (error: unknown, kind: OdooErrorKind) => error instanceof OdooError && error.kind === kind;

async function logIn(
	transport: OdooTransport,
	access: OdooAccess,
	version: OdooVersion,
	options: CallOptions,
): Promise<OdooClient> {
	const client = clientOf(transport, access, version, await transport.authenticate(options));
	// JSON-2 asks for no login: a key of somebody else would do as well.
	const { login } = await client.whoAmI(options);
	if (login !== access.login) throw new OdooError('authentication_failed', AUTHENTICATION_FAILED);
	return client;
}

function clientOf(
	transport: OdooTransport,
	{ database, secret }: OdooAccess,
	version: OdooVersion,
	userId: number,
): OdooClient {
	const send = async (request: OdooCall, options?: CallOptions) => {
		checkNames(request);
		checkDomain(request);
		return hushed(secret, () => transport.call(withoutNoContext(recordsFirst(request)), options));
	};
	const call: OdooClient['call'] = async (request, options) => {
		const result = await send(request, options);
		return result instanceof LargeResult ? result.value() : result;
	};
	const forward: OdooClient['forward'] = async (request, options) => {
		const result = await send(request, options);
		return result instanceof LargeResult ? result.json : result;
	};
	const whoAmI = async (options?: CallOptions): Promise<OdooIdentity> => {
		const args = [[userId], ['login', 'name']];
		const users = await call({ model: 'res.users', method: 'read', args, kwargs: {} }, options);
		const user = Array.isArray(users) ? users[0] : undefined;
		if (!isJsonObject(user) || typeof user.login !== 'string' || typeof user.name !== 'string') {
			throw new OdooError('not_odoo', 'Odoo did not say who the user is.');
		}
		const { login, name } = user;
		return { user_id: userId, login, name, database, version, transport: transport.name };
	};
	return { version, transport: transport.name, call, forward, whoAmI };
}

/** Refused before they are sent: names that Odoo cannot have, which could lead a path elsewhere, and private methods. */
function checkNames({ model, method }: OdooCall) {
	if (!/^[a-z0-9_]+(\.[a-z0-9_]+)*$/.test(model)) {
		throw new OdooError('unknown_model', `${JSON.stringify(model)} is no name of a model; one is res.partner.`);
	}
	if (method.startsWith('_')) {
		const detail = `Private methods (such as '${model}.${method}') cannot be called remotely.`;
		throw new OdooError('access_denied', detail, 'odoo.exceptions.AccessError');
	}
	if (!/^[a-zA-Z][a-zA-Z0-9_]*$/.test(method)) {
		throw new OdooError('unknown_method', `${JSON.stringify(method)} is no name of a method; one is search_read.`);
	}
}

/** Refused before it is sent, as versions take it amiss in different ways; null and false mean all records to some. */
function checkDomain({ method, args, kwargs }: OdooCall) {
	const index = ORM_METHODS.get(method)?.parameters.indexOf('domain') ?? -1;
	const domain = index < 0 ? undefined : (args[index] ?? kwargs.domain);
	if (!domain || Array.isArray(domain)) return;
	throw new OdooError('bad_arguments', 'The domain must be a list of conditions, e.g. [["is_company", "=", true]].');
}

/** `execute_kw` takes ids, and what `create` makes, by position alone; by name they mean the same here. */
function recordsFirst(request: OdooCall): OdooCall {
	const name = request.method === 'create' ? 'vals_list' : 'ids';
	const { [name]: first, ...kwargs } = request.kwargs;
	return first === undefined || request.args.length > 0 ? request : { ...request, args: [first], kwargs };
}

/** JSON-RPC takes null for no context, JSON-2 does not; neither says clearly that it must be an object. */
function withoutNoContext(request: OdooCall): OdooCall {
	const { context, ...kwargs } = request.kwargs;
	if (context === undefined || isJsonObject(context)) return request;
	if (context === null) return { ...request, kwargs };
	throw new OdooError('bad_arguments', 'The context must be an object.');
}

/** `GET /web/version` needs no login, but is not in every version; `common.version` is, up to 21. */
async function findVersion(http: OdooHttp, options: CallOptions): Promise<OdooVersion> {
	const { json } = await http({ path: '/web/version', repeatable: true, protocol: 'json-2' }, options);
	const found = isJsonObject(json) ? parseVersion(json.version) : undefined;
	if (found) return found;
	const answer = await callService(http, ['common', 'version'], [], true, options);
	const version =
		!(answer instanceof LargeResult) && isJsonObject(answer) ? parseVersion(answer.server_version) : undefined;
	if (!version) throw new OdooError('not_odoo', 'What answers at the URL does not tell its version as Odoo does.');
	return version;
}

/** e.g. `19.0`, `14.0-20250101`, `saas~18.2+e` */
function parseVersion(text: unknown): OdooVersion | undefined {
	if (typeof text !== 'string') return undefined;
	const match = /^(?:saas[~-])?(\d+)\.(\d+)/.exec(text);
	return match ? { major: Number(match[1]), minor: Number(match[2]), text } : undefined;
}
