import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { ConnectionId, KeyId, OrganizationId } from '../../core/ids';
import type { Permission, Plan } from '../../core/permissions';
import { equalInConstantTime, hashToken, type Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Authenticate, KeyScope } from '../../http/caller';
import type { KeyDocument } from './model';
import { signToken, verifyToken } from './token';

/** What makes a key. */
export interface KeyRequest {
	readonly id: KeyId;
	readonly organization_id: OrganizationId;
	readonly name: string;
	readonly scope: KeyScope;
	readonly permissions: readonly Permission[];
	readonly connection_id: ConnectionId | null;
	readonly expires_at: Date | null;
	/** The secret with which requests must be signed; null where they need not be. */
	readonly hmac_secret: string | null;
}

export interface KeysService {
	/** Makes the token of a key; it is not kept and cannot be shown again. */
	mint(request: KeyRequest): Promise<string>;
	/** Keeps a key by the hash of its token; the one with that id, should it exist, stays as it is. */
	store(request: KeyRequest, token: string): Promise<void>;
	readonly authenticate: Authenticate;
}

/** A secret for signing requests, as a person copies it. */
export const makeHmacSecret = () => randomBytes(32).toString('hex');

export function createKeysService({
	keys,
	planOf,
	secrets,
	clock,
}: {
	keys: TenantCollection<KeyDocument>;
	planOf: (organization: OrganizationId) => Promise<Plan | null>;
	secrets: Secrets;
	clock: Clock;
}): KeysService {
	const signingKey = secrets.derive('api-keys');
	return {
		mint: (request) => signToken(signingKey, { ...request, key_id: request.id }, clock),
		async store({ id, organization_id, hmac_secret, ...rest }, token) {
			const made = {
				...rest,
				hmac_secret: hmac_secret === null ? null : secrets.encrypt(hmac_secret, id),
				token_hash: hashToken(token),
				revoked_at: null,
				created_at: clock.now(),
			};
			await keys.update(organization_id, { _id: id }, { $setOnInsert: made }, { upsert: true });
		},
		async authenticate(token) {
			const id = await verifyToken(signingKey, token, clock);
			if (id === null) return null;
			const key = await keys.everywhere.findOne({ _id: id });
			if (key === null || key.revoked_at !== null || !equalInConstantTime(key.token_hash, hashToken(token)))
				return null;
			if (key.expires_at !== null && key.expires_at <= clock.now()) return null;
			const plan = await planOf(key.organization_id);
			if (plan === null) return null;
			return {
				key_id: key._id,
				scope: key.scope,
				organization_id: key.organization_id,
				tenant: key.organization_id,
				plan,
				permissions: new Set(key.permissions),
				actor: key.name,
				connection_id: key.connection_id,
				hmac_secret: key.hmac_secret === null ? null : secrets.decrypt(key.hmac_secret, key._id),
			};
		},
	};
}
