import { ApiError, invalidInput } from '../../core/errors';
import type { EnvironmentId, OrganizationId, ServerId } from '../../core/ids';
import type { Placement } from '../../runtimes/runtime';
import { isPlaced, RUNTIME_KINDS, type RuntimeKind } from '../../runtimes/runtimes';
import type { ServersService } from '../servers/service';

/** What a request says of how and where an environment is to run. */
export interface PlacementRequest {
	/** Left out: on a server where one takes it, else without. */
	readonly runtime?: RuntimeKind | undefined;
	readonly server_id?: ServerId | undefined;
	/** All of them must be the server's. */
	readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** How and where an environment runs. */
export interface Place {
	readonly runtime: RuntimeKind;
	readonly placement: Placement | null;
}

/** What runs environments where there is no server for them. */
const WITHOUT_SERVERS: RuntimeKind = 'sandbox';

/** Decides it. @throws {ApiError} 409 no_server_fits; 422 where a server is named for what runs on none */
export async function findPlace(
	servers: Pick<ServersService, 'place'>,
	organization: OrganizationId,
	{ runtime, server_id, labels }: PlacementRequest,
	environment: { readonly id: EnvironmentId; readonly name: string },
): Promise<Place> {
	const kind = runtime ?? RUNTIME_KINDS.find(isPlaced) ?? WITHOUT_SERVERS;
	if (!isPlaced(kind)) {
		for (const [name, value] of Object.entries({ server_id, labels })) {
			if (value !== undefined) throw invalidInput(`/${name}`, `must not be sent with the runtime ${kind}`);
		}
		return { runtime: kind, placement: null };
	}
	try {
		return { runtime: kind, placement: await servers.place(organization, { server_id, labels }, environment) };
	} catch (error) {
		const asked = runtime !== undefined || server_id !== undefined || labels !== undefined;
		if (asked || !(error instanceof ApiError && error.code === 'no_server_fits')) throw error;
		return { runtime: WITHOUT_SERVERS, placement: null };
	}
}
