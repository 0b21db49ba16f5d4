/** How much is let through. Not configurable: only tests that ask for more in a minute hand in others. */
export interface Limits {
	/** Requests a minute of one platform key (`oec_live_`). */
	readonly platform: number;
	/** Requests a minute of one webhook key (`sk_live_`), as the n8n integration document says. */
	readonly webhook: number;
	/** Requests of one login to an Odoo at once. */
	readonly loginRequests: number;
	/** After so many refused keys an address is blocked; after a third of them it is slowed down. */
	readonly refusedKeys: number;
}

export const LIMITS: Limits = { platform: 300, webhook: 100, loginRequests: 20, refusedKeys: 30 };
