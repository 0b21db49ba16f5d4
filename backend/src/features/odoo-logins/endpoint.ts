import { inPlainEnglish } from '../../core/complaint';
import type { z } from 'zod';
import { ApiError, invalidInput } from '../../core/errors';
import type { FetchHandle } from '../../http/fetch-handler';
import { parseJsonBody } from '../../http/json-body';
import type { RefusedKeys } from '../../http/refused-keys';
import { requireSameSite, sessionCookie, sessionTokenOf } from '../../access/session-cookie';
import type { OdooIdentity } from '../../odoo/client';
import { callSchema, type loginReplySchema, loginSchema, type logoutReplySchema } from './schemas';
import { LIFETIME_S, type OdooLoginsService } from './service';

type LoginReply = z.input<typeof loginReplySchema>;

/**
 * `/web/session/authenticate` and `/web/session/destroy`, in Odoo's words, so that a client written for the
 * webhook-routes module logs in as it would there. Refusals that Odoo does not know are problem+json.
 */
export function createOdooLoginEndpoint({
	odooLogins,
	refusedKeys,
	isSecure,
}: {
	odooLogins: OdooLoginsService;
	refusedKeys: RefusedKeys;
	/** Whether clients reach the service by https. */
	isSecure: () => boolean;
}): FetchHandle {
	const cookie = (token: string, maxAge: number) => ({
		'Set-Cookie': sessionCookie(token, { maxAge, secure: isSecure() }),
	});

	const authenticate: FetchHandle = async (_params, request, { address, signal }) => {
		const asked = await readJson(request);
		const call = parse(asked, callSchema);
		const login = loginSchema.safeParse(asked, inPlainEnglish);
		if (!login.success) return Response.json(missing(call.id, complaintOf(login.error).join(' ')));
		const { id, params } = login.data;
		const token = JSON.stringify([params.db, params.login, params.password]);
		const begun = await refusedKeys.watch({ address, token, signal }, () => odooLogins.begin(params, { signal }));
		if (begun === null) return Response.json(accessDenied(id));
		const reply: LoginReply = { jsonrpc: '2.0', id, result: sessionInfo(begun.identity) };
		return Response.json(reply, { headers: cookie(begun.token, LIFETIME_S) });
	};

	const destroy: FetchHandle = async (_params, request) => {
		const { id } = parse(await readJson(request), callSchema);
		const token = sessionTokenOf({ cookie: request.headers.get('cookie') ?? undefined });
		if (token !== undefined) await odooLogins.end(token);
		const reply: z.input<typeof logoutReplySchema> = { jsonrpc: '2.0', id, result: null };
		return Response.json(reply, { headers: cookie('', 0) });
	};

	const actions = new Map([
		['/authenticate', authenticate],
		['/destroy', destroy],
	]);
	return async (params, request, context) => {
		const act = actions.get(new URL(request.url).pathname);
		if (act === undefined) throw new ApiError('unknown_route', 'There is nothing at this path.');
		if (request.method !== 'POST') {
			throw new ApiError('method_not_allowed', 'This path takes POST.', { headers: { Allow: 'POST' } });
		}
		requireSameSite(Object.fromEntries(request.headers));
		return act(params, request, context);
	};
}

const readJson = async (request: Request) => parseJsonBody(new Uint8Array(await request.arrayBuffer()));

function parse<T extends z.ZodType>(body: unknown, schema: T): z.output<T> {
	const parsed = schema.safeParse(body, inPlainEnglish);
	if (parsed.success) return parsed.data;
	const [pointer, detail] = complaintOf(parsed.error);
	throw invalidInput(pointer, detail);
}

const complaintOf = ({ issues: [issue] }: z.ZodError): [pointer: string, detail: string] => [
	`/${issue?.path.map(String).join('/') ?? ''}`,
	issue?.message ?? 'is not as it must be',
];

const sessionInfo = ({ user_id, login, name, database, version }: OdooIdentity) => ({
	uid: user_id,
	db: database,
	username: login,
	name,
	server_version: version.text,
});

/**
 * As Odoo answers, with status 200. The same whether there is no such database, several organizations have one of that
 * name, or Odoo refuses the login: nothing is told of what is connected here.
 */
const accessDenied = (id: LoginReply['id']) => failed(id, 'odoo.exceptions.AccessDenied', 'Access Denied');

/** As Odoo answers where a parameter is not there. */
const missing = (id: LoginReply['id'], message: string) => failed(id, 'builtins.TypeError', message);

const failed = (
	id: LoginReply['id'],
	name: 'odoo.exceptions.AccessDenied' | 'builtins.TypeError',
	message: string,
): LoginReply => ({
	jsonrpc: '2.0',
	id,
	error: {
		code: 200,
		message: 'Odoo Server Error',
		data: { name, message, arguments: [message], context: {}, debug: '' },
	},
});
