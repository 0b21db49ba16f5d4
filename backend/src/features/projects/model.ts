import type { Connection } from 'mongoose';
import type { OrganizationId, ProjectId } from '../../core/ids';
import { optional } from '../../database/fields';
import { tenantCollection } from '../../database/tenant-collection';
import type { SanitizingRule } from '../../runtimes/sanitizing';

/** A git repository of Odoo add-ons and the environments that run it. */
export interface ProjectDocument {
	readonly _id: ProjectId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	/** https, ssh, or an absolute path that the configuration allows. */
	readonly repository_url: string;
	readonly default_branch: string;
	/** What else is taken out of sanitized copies of its environments; unset: nothing. */
	readonly sanitize_rules?: readonly SanitizingRule[];
	readonly created_at: Date;
	/** Present while somebody deletes it: since when. No environment is made in it then. */
	readonly deleting_at?: Date;
}

export const projectCollection = (connection: Connection) =>
	tenantCollection<ProjectDocument>(connection, {
		name: 'projects',
		fields: {
			name: String,
			repository_url: String,
			default_branch: String,
			sanitize_rules: optional([{ model: String, field: String, action: String }]),
			created_at: Date,
			deleting_at: optional(Date),
		},
		indexes: [[{ organization_id: 1, _id: -1 }], [{ organization_id: 1, name: 1 }, { unique: true }]],
	});
