import type { Connection } from 'mongoose';
import type { OrganizationId, ProjectId } from '../../core/ids';
import { tenantCollection } from '../../database/tenant-collection';

/** A git repository of Odoo add-ons and the environments that run it. */
export interface ProjectDocument {
	readonly _id: ProjectId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	/** https, ssh, or an absolute path that the configuration allows. */
	readonly repository_url: string;
	readonly default_branch: string;
	readonly created_at: Date;
	/** Present while somebody deletes it: since when. No environment is made in it then. */
	readonly deleting_at?: Date;
}

export const projectCollection = (connection: Connection) =>
	tenantCollection<ProjectDocument>(connection, {
		name: 'projects',
		fields: {
			name: { type: String, required: true },
			repository_url: { type: String, required: true },
			default_branch: { type: String, required: true },
			created_at: { type: Date, required: true },
			deleting_at: { type: Date },
		},
		indexes: [[{ organization_id: 1, _id: -1 }], [{ organization_id: 1, name: 1 }, { unique: true }]],
	});
