import type { ConnectionId, OrganizationId, Tenant } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { DefaultConnectionDocument } from './model';

/** Which connection of an organization serves where none is named. */
export interface Defaults {
	of(tenant: Tenant): Promise<ConnectionId[]>;
	/** Puts that connection in the place of the one before. */
	set(organization: OrganizationId, id: ConnectionId): Promise<void>;
	/** The same, unless there is one already. */
	setFirst(organization: OrganizationId, id: ConnectionId): Promise<void>;
	/** From then on there is none, if it was that one. */
	unset(organization: OrganizationId, id: ConnectionId): Promise<void>;
}

export function createDefaults(collection: TenantCollection<DefaultConnectionDocument>): Defaults {
	const upsert = async (organization: OrganizationId, change: Parameters<typeof collection.update>[2]) => {
		await collection.update(organization, { _id: organization }, change, { upsert: true });
	};
	return {
		of: async (tenant) => (await collection.find(tenant, {})).map(({ connection_id }) => connection_id),
		set: (organization, connection_id) => upsert(organization, { $set: { connection_id } }),
		setFirst: (organization, connection_id) => upsert(organization, { $setOnInsert: { connection_id } }),
		async unset(organization, connection_id) {
			await collection.delete(organization, { _id: organization, connection_id });
		},
	};
}
