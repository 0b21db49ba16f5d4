import { organizationFor } from '../../../access/organization-for';
import { defineRoute, reply, type Route } from '../../../http/route';
import { presentSettings, settingsChange, settingsQuery, settingsSchema } from './schemas';
import type { OdooSettingsService } from './service';

/** `/api/v1/odoo-settings` */
export const odooSettingsRoutes = ({ settings }: { settings: OdooSettingsService }): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/odoo-settings',
		operationId: 'getOdooSettings',
		summary: "Get an organization's settings of the five routes",
		notes: 'These are the `webhook.*` system parameters of the webhook-routes module, with defaults for those never set.',
		access: { by: 'key', permission: 'odoo_settings:read', plan: 'free' },
		input: { query: settingsQuery },
		errors: ['organization_denied'],
		responses: { 200: settingsSchema },
		handle: async ({ query: { org_id }, caller }) => {
			const organization = organizationFor(caller, org_id);
			return reply(200, presentSettings(organization, await settings.get(organization)));
		},
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/odoo-settings',
		operationId: 'changeOdooSettings',
		summary: "Change an organization's settings of the five routes",
		notes: 'Settings that the request does not name stay as they are.',
		access: { by: 'key', permission: 'odoo_settings:write', plan: 'free' },
		input: { body: settingsChange },
		errors: ['organization_denied'],
		responses: { 200: settingsSchema },
		handle: async ({ body: { org_id, change }, caller }) => {
			const organization = organizationFor(caller, org_id);
			return reply(200, presentSettings(organization, await settings.change(organization, change)));
		},
	}),
];
