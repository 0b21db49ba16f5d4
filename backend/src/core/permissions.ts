import { z } from 'zod';

/** All permissions of keys, as `resource:verb`. */
export const PERMISSIONS = [
	'projects:read',
	'projects:write',
	'environments:read',
	'environments:write',
	'servers:read',
	'servers:write',
	'deployments:read',
	'deployments:trigger',
	'backups:read',
	'backups:write',
	'backups:download',
	'webhooks:read',
	'webhooks:write',
	'events:read',
	'odoo:read',
	'odoo:write',
	'odoo_connections:read',
	'odoo_connections:write',
	'odoo_settings:read',
	'odoo_settings:write',
	'odoo_logs:read',
	'api_keys:read',
	'api_keys:write',
	'organizations:read',
	'members:read',
	'audit_log:read',
] as const;

export const permissionSchema = z.enum(PERMISSIONS);
export type Permission = z.infer<typeof permissionSchema>;

/** The plans, from the smallest to the largest. Each includes the ones before it. */
export const PLANS = ['free', 'starter', 'pro', 'agency'] as const;

export const planSchema = z.enum(PLANS);
export type Plan = z.infer<typeof planSchema>;

/** Whether the plan `current` includes the plan `required`. */
export const planIncludes = (current: Plan, required: Plan) => PLANS.indexOf(current) >= PLANS.indexOf(required);
