import { z } from 'zod';
import { asPythonException, publicMethod } from './call-method';
import { accessDenied, missingError, PythonException, typeError, userError, valueError } from './errors';
import { bindArguments, BindingError, type Method } from './method';
import type { Model } from './model';
import { ADMIN_ID, type Env } from './orm';
import { parseIds } from './write';

/** A JSON-RPC request as Odoo takes it; what is missing shows as an error of its own. */
export const rpcRequest = z.looseObject({
	/** What is no name of a call is not repeated: it may be nested too deeply to be written. */
	id: z.union([z.string(), z.number(), z.boolean(), z.null()]).catch(null).optional(),
	params: z.looseObject({}).default({}),
});

/** Who may call: the database's name, the login, and the test of a password or API key. */
export interface Credentials {
	readonly database: string;
	readonly login: string;
	readonly verify: (secret: string) => boolean | Promise<boolean>;
}

const serviceCall = z.object({ service: z.string(), method: z.string(), args: z.array(z.unknown()) });
const named = z.record(z.string(), z.unknown());

/** A call by JSON-RPC that has passed authentication: answered already, or to be run. */
export type RpcCall = { readonly result: unknown } | { readonly run: (env: Env) => unknown };

/** Finds out what a JSON-RPC request asks for, and whether it may. Throws as Odoo does. */
export async function parseRpcCall(params: unknown, credentials: Credentials, version: string): Promise<RpcCall> {
	const call = serviceCall.safeParse(params);
	if (!call.success) {
		const missing = call.error.issues.map((issue) => `'${issue.path.join('.')}'`).join(', ');
		throw typeError(`JSONRPC.jsonrpc() missing required arguments: ${missing}`);
	}
	const { service, method, args } = call.data;
	switch (service) {
		case 'common':
			return { result: await callCommon(method, args, credentials, version) };
		case 'object':
			return await parseObjectCall(method, args, credentials);
		default:
			throw new PythonException('builtins.KeyError', service);
	}
}

async function callCommon(
	method: string,
	args: readonly unknown[],
	credentials: Credentials,
	version: string,
): Promise<unknown> {
	switch (method) {
		case 'version': {
			const [major = 0, minor = 0] = version.split('.').map(Number);
			return {
				server_version: version,
				server_version_info: [major, minor, 0, 'final', 0, 'sandbox'],
				server_serie: version,
				protocol_version: 1,
			};
		}
		case 'login':
		case 'authenticate': {
			const [database, login, secret] = args;
			checkDatabase(database, credentials);
			const known =
				login === credentials.login && typeof secret === 'string' && (await credentials.verify(secret));
			return known && ADMIN_ID;
		}
		default:
			throw new PythonException('builtins.Exception', `Method not found: ${method}`);
	}
}

async function parseObjectCall(method: string, params: readonly unknown[], credentials: Credentials): Promise<RpcCall> {
	if (params.length < 5) {
		throw valueError(`not enough values to unpack (expected at least 5, got ${params.length})`);
	}
	const [database, uid, secret, model, name, ...rest] = params;
	checkDatabase(database, credentials);
	if (uid !== ADMIN_ID) throw missingError('res.users', [Number(uid)], Number(uid));
	if (typeof secret !== 'string' || !(await credentials.verify(secret))) throw accessDenied();
	if (typeof model !== 'string' || typeof name !== 'string') throw typeError('model and method must be strings');
	if (method === 'execute') return { run: (env) => callMethod(env, model, name, rest, {}) };
	if (method !== 'execute_kw') throw new PythonException('builtins.NameError', `Method not available ${method}`);
	const positional = z.array(z.unknown()).safeParse(rest[0]);
	const keywords = named.safeParse(rest[1] ?? {});
	if (!positional.success || !keywords.success) {
		throw typeError('execute_kw() takes a list of arguments and an object of keyword arguments');
	}
	return { run: (env) => callMethod(env, model, name, positional.data, keywords.data) };
}

function checkDatabase(database: unknown, credentials: Credentials): void {
	if (database === credentials.database) return;
	throw new PythonException(
		'psycopg2.OperationalError',
		`FATAL:  database ${JSON.stringify(database)} does not exist\n`,
	);
}

function callMethod(
	env: Env,
	modelName: string,
	name: string,
	positional: readonly unknown[],
	{ context, ...keywords }: Readonly<Record<string, unknown>>,
): unknown {
	const model = env.registry.models.get(modelName);
	if (!model) throw userError(`Object ${modelName} doesn't exist`);
	const method = publicMethod(env, model, name);
	if (!method) {
		throw new PythonException(
			'builtins.AttributeError',
			env.version >= 17
				? `The method '${modelName}.${name}' does not exist`
				: `type object '${modelName}' has no attribute '${name}'`,
		);
	}
	const settings = named.safeParse(context ?? {});
	if (!settings.success) throw valueError('the context must be an object');
	const within = env.with(settings.data);
	if (method.api === 'model') return method.call(within, model, [], bind(model, name, method, positional, keywords));
	if (positional.length === 0 && !('ids' in keywords)) {
		throw new PythonException('builtins.IndexError', 'tuple index out of range');
	}
	const [ids, ...args] = positional;
	return method.call(within, model, parseIds(ids), bind(model, name, method, args, keywords));
}

function bind(
	model: Model,
	name: string,
	method: Method,
	positional: readonly unknown[],
	keywords: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	try {
		return bindArguments(method, positional, keywords);
	} catch (error) {
		if (!(error instanceof BindingError)) throw error;
		const message = error.message.replace(
			/^missing a required argument:/,
			'missing 1 required positional argument:',
		);
		throw typeError(`${model.name}.${name}() ${message}`);
	}
}

/** An error as JSON-RPC shows it: HTTP 200, and no traceback. Odoo 19 gives the code 0, those before 200. */
export function rpcError(error: unknown, id: unknown, version: number): Response {
	const { exception, message } = asPythonException(error);
	const data = { name: exception, message, arguments: [message], context: {}, debug: '' };
	const code = version >= 19 ? 0 : 200;
	return Response.json({ jsonrpc: '2.0', id, error: { code, message: 'Odoo Server Error', data } });
}

/** A result as JSON-RPC shows it; Odoo leaves `result` out where there is none. */
export function rpcResult(result: unknown, id: unknown): Response {
	return Response.json(
		result === null || result === undefined ? { jsonrpc: '2.0', id } : { jsonrpc: '2.0', id, result },
	);
}
