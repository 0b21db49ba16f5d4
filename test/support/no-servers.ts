import { ApiError } from '../../backend/src/core/errors';
import type { RuntimeServers } from '../../backend/src/runtimes/runtime';
import type { ServersService } from '../../backend/src/features/servers/service';

/** The servers of an organization that has none. */
export const noServers: Pick<ServersService, 'place' | 'isThere'> & RuntimeServers = {
	place: () => Promise.reject(new ApiError('no_server_fits', 'The organization has no server.')),
	isThere: () => Promise.resolve(false),
	of: () => Promise.reject(new Error('There is no server.')),
	answering: () => Promise.resolve([]),
};
