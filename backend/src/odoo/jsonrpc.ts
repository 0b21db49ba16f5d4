import type { CallOptions } from './client';
import { AUTHENTICATION_FAILED, NEEDS_IDS, OdooError, raisedError } from './errors';
import { notOdoo, type OdooHttp } from './http';
import { isJsonObject, type JsonValue } from './json';
import type { LargeResult } from './large/large-result';
import { isRead } from './methods';
import type { OdooAccess, OdooTransport } from './transport';

/** One call of `POST /jsonrpc`; errors come with HTTP status 200. */
export async function callService(
	http: OdooHttp,
	[service, method]: readonly ['common' | 'object', string],
	args: JsonValue[],
	repeatable: boolean,
	options?: CallOptions,
): Promise<JsonValue | LargeResult> {
	const body = { jsonrpc: '2.0', method: 'call', params: { service, method, args }, id: 1 };
	const reply = await http({ path: '/jsonrpc', body, repeatable, protocol: 'json-rpc' }, options);
	if (reply.large !== null) return reply.large;
	if (!isJsonObject(reply.json) || reply.json.jsonrpc !== '2.0') throw notOdoo(reply);
	const { error, result = null } = reply.json;
	// How Odoo answers JSON at a path that it does not have.
	if (isJsonObject(error) && error.code === 404) throw notOdoo({ ...reply, status: 404 });
	if (error !== undefined) throw raisedError(isJsonObject(error) ? error.data : undefined);
	return result;
}

/** Odoo's `object.execute_kw`, for every version up to 21. */
export function createJsonRpc(http: OdooHttp, { database, login, secret }: OdooAccess): OdooTransport {
	let userId: number | undefined;
	const authenticate = async (options?: CallOptions): Promise<number> => {
		const credentials = [database, login, secret, {}];
		const answer = await callService(http, ['common', 'authenticate'], credentials, true, options);
		if (typeof answer !== 'number') throw new OdooError('authentication_failed', AUTHENTICATION_FAILED);
		userId = answer;
		return answer;
	};

	return {
		name: 'json-rpc',
		authenticate,
		async call({ model, method, args, kwargs }, options) {
			const user = userId ?? (await authenticate(options));
			const call = [database, user, secret, model, method, [...args], kwargs];
			try {
				return await callService(http, ['object', 'execute_kw'], call, isRead(method), options);
			} catch (error) {
				const idsMissed =
					error instanceof OdooError && error.exception === 'builtins.IndexError' && args.length === 0;
				throw idsMissed ? new OdooError('bad_arguments', NEEDS_IDS, error.exception) : error;
			}
		},
	};
}
