import type { Connection } from 'mongoose';
import type { OrganizationId } from '../../core/ids';
import { nullable, optional } from '../../database/fields';
import { type TenantCollection, tenantCollection } from '../../database/tenant-collection';

/** The one document that says who makes, or made, a new database's first organization. */
export interface InstallationDocument {
	readonly _id: 'installation';
	readonly organization_id: OrganizationId;
	readonly completed_at: Date | null;
	/** A known text under the master key; databases of before get it at their next start. */
	readonly key_check?: string;
}

/** The organization that runs the service: the one of its first run; null before that. */
export const operatorOf = async (installation: TenantCollection<InstallationDocument>) =>
	(await installation.everywhere.findOne({ _id: 'installation' }))?.organization_id ?? null;

export const installationCollection = (connection: Connection) =>
	tenantCollection<InstallationDocument>(connection, {
		name: 'installation',
		fields: { completed_at: nullable(Date), key_check: optional(String) },
		indexes: [],
	});
