import type { Permission, Plan } from '../core/permissions';
import type { ConnectionId, KeyId, OrganizationId, OdooLoginId } from '../core/ids';
import type { Tenant } from '../database/tenant-collection';

/** Who sends a request, as the database says for this request: the holder of a key, or a user of an Odoo in a session. */
export type Caller = KeyCaller | OdooLoginCaller;

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

export interface KeyCaller extends AnyCaller {
	readonly key_id: KeyId;
	readonly scope: KeyScope;
	/** The Odoo connection the key is bound to. */
	readonly connection_id: ConnectionId | null;
	/** Set where the key demands signed requests: the secret they are signed with. */
	readonly hmac_secret: string | null;
}

/** A session is for trying things out: it opens what a webhook key opens, in one Odoo, as the user who logged in to it. */
export interface OdooLoginCaller extends AnyCaller {
	readonly session_id: OdooLoginId;
	readonly scope: 'webhook';
	/** Leads to the Odoo of a connection with the login of the session's user, and nowhere else. */
	readonly connection_id: SessionPass;
	readonly hmac_secret: null;
}

/** Names a session by the hash of its token, which only who has its cookie can know; so no other caller names it. */
export type SessionPass = `session:${string}`;

export const isSessionPass = (name: string): name is SessionPass => name.startsWith('session:');

/** What tells callers apart, e.g. by which their Idempotency-Keys are remembered. */
export const callerId = (
	caller: Pick<KeyCaller, 'key_id'> | Pick<OdooLoginCaller, 'session_id'>,
): KeyId | OdooLoginId => ('key_id' in caller ? caller.key_id : caller.session_id);

/** `org`: one organization's API; `multi_org`: that of a list of them; `webhook`: one organization's Odoo gateway alone. */
export const KEY_SCOPES = ['org', 'multi_org', 'webhook'] as const;
export type KeyScope = (typeof KEY_SCOPES)[number];

/** Finds out who holds a key's token; null where the token is not, or no longer, good for anything. */
export type Authenticate = (token: string) => Promise<KeyCaller | null>;

/** The same of a session's token. */
export type AuthenticateOdooLogin = (token: string) => Promise<OdooLoginCaller | null>;
