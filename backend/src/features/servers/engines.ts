import type { ServerId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { Endpoint, EngineNetwork } from '../../docker/endpoint';
import { type Engine, openEngine } from '../../docker/engine';
import type { Outbound } from '../../net/outbound';
import { addressOf, credentialsOf, withCredentials } from './address';
import type { ServerDocument } from './model';

/** The Engines of the servers: each opened once, and again when its address or credentials are others. */
export interface Engines {
	/** Opens one that is no server's yet. Rejects where its address is one that the service does not connect to. */
	open(endpoint: Endpoint): Promise<Engine>;
	of(server: Pick<ServerDocument, '_id' | 'endpoint' | 'credentials'>): Promise<Engine>;
	/** Has it opened anew when it is asked for next: it did not answer. */
	forget(id: ServerId): void;
}

export function createEngines({
	outbound,
	secrets,
}: {
	outbound: EngineNetwork & Pick<Outbound, 'resolve'>;
	secrets: Secrets;
}): Engines {
	const opened = new Map<ServerId, { readonly key: string; readonly engine: Engine }>();

	const open: Engines['open'] = async (endpoint) => {
		// SSH connects by itself, so it is given the address that was checked.
		const host = endpoint.kind === 'ssh' ? (await outbound.resolve(endpoint.host)).address : null;
		return openEngine(endpoint.kind === 'ssh' && host !== null ? { ...endpoint, host } : endpoint, outbound);
	};

	return {
		open,
		async of({ _id, endpoint, credentials }) {
			const key = `${endpoint} ${credentials ?? ''}`;
			const known = opened.get(_id);
			if (known?.key === key) return known.engine;
			const address = addressOf(endpoint);
			const whole =
				address &&
				withCredentials(
					address,
					credentialsOf(credentials === null ? null : secrets.decrypt(credentials, _id)),
				);
			if (whole === null) throw new Error(`the server ${_id} is kept with an address that cannot be read`);
			const engine = await open(whole);
			opened.set(_id, { key, engine });
			return engine;
		},
		forget: (id) => {
			opened.delete(id);
		},
	};
}
