import type { Clock } from '../../core/clock';
import type { Logger } from '../../core/log';
import { type Caller, callerId } from '../../access/caller';
import type { CallOptions, OdooClient } from '../../odoo/client';
import type { OdooClients } from '../../odoo/clients';
import { OdooError } from '../../odoo/errors';
import type { JsonValue } from '../../odoo/json';
import type { AssistantService } from '../assistant/service';
import { choiceOf } from '../connections/choice';
import { requireMethodPermission } from '../connections/method-permission';
import type { ConnectionsService, OpenConnection } from '../connections/service';
import { clientFor } from '../connections/reader';
import type { Answers } from './answers';
import { runBatch } from './batch';
import { odooFailure } from './gateway-reply';
import type { GatewayAction, GatewayRequest } from './schemas';

export interface GatewayService {
	/**
	 * Does what the request asks for and answers its `data`.
	 * @throws {ApiError} 404 without a connection; 403 where the key may not; what Odoo says otherwise. What fails within a
	 * batch is told there.
	 */
	run(
		caller: Caller,
		request: GatewayRequest,
		options: { readonly requestId: string; readonly signal: AbortSignal },
	): Promise<Answers[keyof Answers]>;
}

export function createGatewayService({
	connections,
	clients,
	assistant,
	clock,
	log,
}: {
	connections: Pick<ConnectionsService, 'open'>;
	clients: OdooClients;
	assistant: AssistantService;
	clock: Clock;
	log: Logger;
}): GatewayService {
	const act = async (caller: Caller, request: GatewayAction, options: CallOptions) => {
		if (request.action === 'execute_method') requireMethodPermission(caller, request.method);
		const connection = await connections.open(caller.organization_id, choiceOf(caller, request));
		if (request.action === 'get_config') return describeConfig(connection, clients, options);
		const client = clientFor(caller, await clients.get(connection, options));
		if (request.action === 'test_connection') return describeUser(client, options);
		if (request.action === 'chat') return chat(assistant, { caller, odoo: connection, client }, request, options);
		const { model, method, args, kwargs } = request;
		const call = { model, method, args, kwargs };
		// A batch parts the ids of what it created together.
		return method === 'create' ? client.call(call, options) : client.forward(call, options);
	};

	return {
		async run(caller, request, { requestId, signal }) {
			if (request.action === 'batch') {
				return runBatch(request, (one, limited) => act(caller, one, { signal: limited }), {
					clock,
					log: log.child({ request_id: requestId, organization_id: caller.organization_id }),
					signal,
				});
			}
			try {
				return await act(caller, request, { signal });
			} catch (error) {
				throw error instanceof OdooError ? odooFailure(error) : error;
			}
		},
	};
}

function chat(
	assistant: AssistantService,
	{ caller, ...place }: { caller: Caller; odoo: OpenConnection; client: OdooClient },
	{ message = '', allow_writes, confirm }: Extract<GatewayAction, { action: 'chat' }>,
	options: CallOptions,
): Promise<JsonValue> {
	const conversation = { caller, caller_id: callerId(caller), ...place };
	return confirm === undefined
		? assistant.ask(conversation, { message, allow_writes }, options)
		: assistant.confirm(conversation, { token: confirm, message }, options);
}

async function describeUser(client: OdooClient, options: CallOptions): Promise<Answers['test_connection']> {
	const { user_id, login, name, database, version, transport } = await client.whoAmI(options);
	return { connected: true, user_id, login, name, database, version: version.text, transport };
}

/** The configuration is known whether Odoo answers or not; its version is not. */
async function describeConfig(
	connection: OpenConnection,
	clients: OdooClients,
	options: CallOptions,
): Promise<Answers['get_config']> {
	const { name, url, database, login, environment_id } = connection;
	const client = await clients.get(connection, options).catch((error: unknown) => {
		if (error instanceof OdooError) return null;
		throw error;
	});
	return {
		name,
		url,
		database,
		login,
		environment_id,
		version: client?.version.text ?? null,
		transport: client?.transport ?? null,
	};
}
