import type { Permission, Plan } from '../core/permissions';
import type { ConnectionId, KeyId, OrganizationId } from '../core/ids';
import type { Tenant } from '../database/tenant-collection';

/** Who sends a request, as its key says; what the key says was checked against the database for this request. */
export interface Caller {
	readonly key_id: KeyId;
	readonly scope: KeyScope;
	/** The organization that the key belongs to, whose plan counts; what the key sees is `tenant`. */
	readonly organization_id: OrganizationId;
	/** The organizations whose things the key sees: what requests read and change is of these alone. */
	readonly tenant: Tenant;
	readonly plan: Plan;
	readonly permissions: ReadonlySet<Permission>;
	/** The name under which the caller's deeds are recorded. */
	readonly actor: string;
	/** The Odoo connection the key is bound to. */
	readonly connection_id: ConnectionId | null;
	/** Set where the key demands signed requests: the secret they are signed with. */
	readonly hmac_secret: string | null;
}

/** `org`: one organization's API; `multi_org`: that of a list of them; `webhook`: one organization's Odoo gateway alone. */
export const KEY_SCOPES = ['org', 'multi_org', 'webhook'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Finds out who holds a token; null where the token is not, or no longer, good for anything. */
export type Authenticate = (token: string) => Promise<Caller | null>;
