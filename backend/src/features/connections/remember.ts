import type { Clock } from '../../core/clock';
import { createMemory } from '../../core/memory';
import type { ConnectionsService, OpenConnection } from './service';

/** Connections that are looked up, and their secrets decrypted, twice a second at most and not for each call. */
export interface RememberedConnections extends ConnectionsService {
	/** To be called when environments changed, which connections lead to. */
	forget(): void;
}

/** The same connections; a change by this service is noticed at once, one by another replica within a second. */
export function rememberConnections(service: ConnectionsService, clock: Clock): RememberedConnections {
	const opened = createMemory<OpenConnection>(clock);
	const changing =
		<A extends unknown[], R>(change: (...args: A) => Promise<R>) =>
		async (...args: A): Promise<R> => {
			try {
				return await change(...args);
			} finally {
				opened.forget();
			}
		};
	return {
		...service,
		open: (tenant, choice) =>
			opened.get(JSON.stringify([tenant, choice]), async () => ({ value: await service.open(tenant, choice) })),
		create: changing((...args) => service.create(...args)),
		update: changing((...args) => service.update(...args)),
		delete: changing((...args) => service.delete(...args)),
		removeOf: changing((...args) => service.removeOf(...args)),
		ensureDefault: changing((...args) => service.ensureDefault(...args)),
		forget: () => opened.forget(),
	};
}
