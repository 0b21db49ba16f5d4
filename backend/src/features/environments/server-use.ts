import type { ServerId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { ServerUse } from '../servers/service';
import { ALIVE, type StoredEnvironment } from './model';

/** Of an environment's memory: its database has half as much beside it. */
const WITH_DATABASE = 1.5;
const MIB = 1024 * 1024;

/** Tells what environments are on servers; one that has none is left out. */
export const createServerUse =
	(environments: TenantCollection<StoredEnvironment>) =>
	async (tenant: Tenant, ids: readonly ServerId[]): Promise<ReadonlyMap<ServerId, ServerUse>> => {
		const uses = new Map<ServerId, ServerUse>();
		if (ids.length === 0) return uses;
		for (const { placement, settings } of await environments.find(tenant, {
			'placement.server_id': { $in: ids },
			...ALIVE,
		})) {
			if (placement === null) continue;
			const before = uses.get(placement.server_id) ?? { environments: 0, promised_bytes: 0 };
			uses.set(placement.server_id, {
				environments: before.environments + 1,
				promised_bytes: before.promised_bytes + settings.memory_mb * WITH_DATABASE * MIB,
			});
		}
		return uses;
	};
