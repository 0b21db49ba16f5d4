import type { Permission, Plan } from '../core/permissions';

/**
 * By what one comes to a route: a platform key (`oec_live_`); a webhook key (`sk_live_`) or a login to an Odoo; or a login
 * to the platform.
 */
export type AccessBy = 'key' | 'webhook_key' | 'user';

/** What a route asks of whoever calls it. */
export interface Access {
	readonly by: AccessBy;
	/** null: everybody may who comes by that. */
	readonly permission: Permission | null;
	/** The smallest plan that has it. */
	readonly plan: Plan;
}
