import type { Connection } from 'mongoose';
import type { OrganizationId } from '../../../core/ids';
import { optional } from '../../../database/fields';
import { tenantCollection } from '../../../database/tenant-collection';
import type { OdooSettings } from './parameters';

/** The settings of an organization, in one document with the organization's id. */
export interface SettingsDocument extends Partial<OdooSettings> {
	readonly _id: OrganizationId;
	readonly organization_id: OrganizationId;
}

export const settingsCollection = (connection: Connection) =>
	tenantCollection<SettingsDocument>(connection, {
		name: 'odoo_settings',
		fields: {
			preview_limit: optional(Number),
			create_data_log: optional(Boolean),
			update_data_log: optional(Boolean),
			create_update_data_log: optional(Boolean),
			search_data_log: optional(Boolean),
			call_function_log: optional(Boolean),
			rollback_state_failed: optional(Boolean),
			rollback_except: optional(Boolean),
			ignore_checkcompany_model: optional([String]),
			create_with_search_key: optional(Boolean),
		},
		indexes: [],
	});
