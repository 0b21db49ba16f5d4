import type { Permission, Plan } from '../core/permissions';
import type { ConnectionId, KeyId, OrganizationId } from '../core/ids';

/** Who sends a request, as its key says; what the key says was checked against the database for this request. */
export interface Caller {
	readonly key_id: KeyId;
	readonly scope: KeyScope;
	readonly organization_id: OrganizationId;
	readonly plan: Plan;
	readonly permissions: ReadonlySet<Permission>;
	/** The name under which the caller's deeds are recorded. */
	readonly actor: string;
	/** The Odoo connection the key is bound to. */
	readonly connection_id: ConnectionId | null;
	/** Set where the key demands signed requests: the secret they are signed with. */
	readonly hmac_secret: string | null;
}

/** `org`: one organization's API; `webhook`: the Odoo gateway alone. */
export type KeyScope = 'org' | 'webhook';

/** Finds out who holds a token; null where the token is not, or no longer, good for anything. */
export type Authenticate = (token: string) => Promise<Caller | null>;
