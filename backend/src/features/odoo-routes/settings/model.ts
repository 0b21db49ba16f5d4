import type { Connection } from 'mongoose';
import type { OrganizationId } from '../../../core/ids';
import { tenantCollection } from '../../../database/tenant-collection';
import type { OdooSettings } from './parameters';

/** What an organization has set; one document each, under its id. */
export interface SettingsDocument extends Partial<OdooSettings> {
	readonly _id: OrganizationId;
	readonly organization_id: OrganizationId;
}

export const settingsCollection = (connection: Connection) =>
	tenantCollection<SettingsDocument>(connection, {
		name: 'odoo_settings',
		fields: {
			preview_limit: { type: Number },
			create_data_log: { type: Boolean },
			update_data_log: { type: Boolean },
			create_update_data_log: { type: Boolean },
			search_data_log: { type: Boolean },
			call_function_log: { type: Boolean },
			rollback_state_failed: { type: Boolean },
			rollback_except: { type: Boolean },
			ignore_checkcompany_model: { type: [String], default: undefined },
		},
		indexes: [],
	});
