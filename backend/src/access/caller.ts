import type { ConnectionId, KeyId, OdooLoginId, OrganizationId, Tenant, UserId } from '../core/ids';
import type { Permission, Plan } from '../core/permissions';

/** Who sends a request, as the database says for this request. */
export type Caller = KeyCaller | OdooLoginCaller | UserCaller | ActingCaller;

interface AnyCaller {
	/** The organization that the caller belongs to, whose plan counts; what the caller sees is `tenant`. */
	readonly organization_id: OrganizationId;
	/** The organizations whose things the caller sees: what requests read and change is of these alone. */
	readonly tenant: Tenant;
	readonly plan: Plan;
	readonly permissions: ReadonlySet<Permission>;
	/** The name under which the caller's deeds are recorded. */
	readonly actor: string;
}

/** The holder of an API key. */
export interface KeyCaller extends AnyCaller {
	readonly kind: 'key';
	readonly key_id: KeyId;
	readonly scope: KeyScope;
	/** The Odoo connection the key is bound to. */
	readonly connection_id: ConnectionId | null;
	/** Set where the key demands signed requests: the secret they are signed with. */
	readonly hmac_secret: string | null;
}

/**
 * Somebody who logged in to an Odoo, for trying things out: opens what a webhook key opens, in that Odoo alone, as its
 * user.
 */
export interface OdooLoginCaller extends AnyCaller {
	readonly kind: 'odoo_login';
	readonly login_id: OdooLoginId;
}

/** Somebody who logged in to the platform. */
export interface UserCaller extends AnyCaller {
	readonly kind: 'user';
	readonly user_id: UserId;
}

/** The same, who acts as another user for a while; what they do is recorded under their own name. */
export interface ActingCaller extends AnyCaller {
	readonly kind: 'acting';
	readonly user_id: UserId;
	readonly acting_for: UserId;
}

/** What tells callers apart, e.g. by which their Idempotency-Keys are remembered. */
export function callerId(caller: Caller): string {
	switch (caller.kind) {
		case 'key':
			return caller.key_id;
		case 'odoo_login':
			return caller.login_id;
		case 'user':
			return caller.user_id;
		case 'acting':
			return `${caller.user_id} for ${caller.acting_for}`;
	}
}

/** The key of a caller who has one. */
export const keyIdOf = (caller: Caller): KeyId | null => (caller.kind === 'key' ? caller.key_id : null);

/** The secret that a caller's requests are signed with; null where they need no signature. */
export const hmacSecretOf = (caller: Caller): string | null => (caller.kind === 'key' ? caller.hmac_secret : null);

/** `org`: one organization's API; `multi_org`: that of a list of them; `webhook`: one organization's Odoo gateway alone. */
export const KEY_SCOPES = ['org', 'multi_org', 'webhook'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];
