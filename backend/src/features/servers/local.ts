import type { OrganizationId, ServerId } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import { openableSocket } from '../../docker/endpoint';
import type { Engines } from './engines';
import type { ServerDocument } from './model';
import type { ServersService } from './service';

/** How long the Engine of this machine may take to answer while the service starts, in milliseconds. */
const PATIENCE_MS = 2_000;

/** The Docker Engine of the service's own machine. */
export interface LocalServer {
	readonly id: ServerId;
	readonly name: string;
	readonly engine_version: string;
}

/**
 * Has the Docker Engine of this machine among the operator's servers, where one answers: it is added once, and known again
 * by its socket. Without one, the service starts all the same.
 */
export async function addLocalServer({
	servers,
	engines,
	create,
	operatorOf,
	sockets,
	ingress,
	log,
}: {
	servers: TenantCollection<ServerDocument>;
	engines: Pick<Engines, 'open'>;
	create: ServersService['create'];
	operatorOf: () => Promise<OrganizationId | null>;
	/** Where it may answer. */
	sockets: readonly string[];
	/** Where its ingress answers, and the ports that it takes. */
	ingress: ServerDocument['ingress'];
	log: Logger;
}): Promise<LocalServer | null> {
	const path = openableSocket(sockets);
	const operator = await operatorOf();
	if (path === undefined || operator === null) return null;
	const endpoint = `unix://${path}`;
	const limit = AbortSignal.timeout(PATIENCE_MS);
	const known = () => servers.findOne(operator, { endpoint });
	try {
		const engine = await engines.open({ kind: 'socket', path });
		const { version, name: machine } = await engine.info(limit);
		const add = (name: string) =>
			create(
				operator,
				{
					...{ name, endpoint, ingress },
					...{ labels: {}, capacity: { environments: null }, drain: false, base_domain: null },
				},
				limit,
			);
		// Another replica may add it at the same moment, and another server may have its name.
		const server =
			(await known()) ?? (await add('local').catch(async () => (await known()) ?? (await add(machine))));
		return { id: server._id, name: server.name, engine_version: version };
	} catch (error) {
		log.warn({ err: error }, 'the Docker Engine of this machine cannot be used');
		return null;
	}
}
