import type { Clock } from '../../core/clock';
import type { OrganizationId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { createMemory, type Finding } from '../../core/memory';
import type { Plan } from '../../core/permissions';
import { equalInConstantTime, hashToken, type Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Authenticate } from '../../access/authenticators';
import type { KeyCaller } from '../../access/caller';
import type { KeyDocument } from './model';
import type { Tokens } from './token';

/** The last use of a key is written down at most so often, in milliseconds. */
const USE_INTERVAL_MS = 60_000;

const NOBODY = { value: null, until: 0 };

/** Finds out whose a token is, and remembers it until `forget` is called, which whoever changes a key does. */
export function createAuthenticate({
	keys,
	planOf,
	tokens,
	secrets,
	clock,
	log,
}: {
	keys: TenantCollection<KeyDocument>;
	/** null where there is no such organization. */
	planOf: (organization: OrganizationId) => Promise<Plan | null>;
	tokens: Tokens;
	secrets: Secrets;
	clock: Clock;
	log: Logger;
}): { readonly authenticate: Authenticate<KeyCaller>; readonly forget: () => void } {
	/** By the token's hash. */
	const memory = createMemory<KeyCaller | null>(clock);

	const noteUse = (key: KeyDocument, now: Date) => {
		const earlier = new Date(now.getTime() - USE_INTERVAL_MS);
		if (key.last_used_at !== null && key.last_used_at > earlier) return;
		keys.update(key.organization_id, { _id: key._id }, { $set: { last_used_at: now } }).catch((error: unknown) => {
			log.warn({ err: error, key_id: key._id }, 'the last use of a key could not be noted');
		});
	};

	const find = async (token: string, hash: string): Promise<Finding<KeyCaller | null>> => {
		const id = tokens.verify(token);
		if (id === null) return NOBODY;
		const key = await keys.everywhere.findOne({ _id: id });
		if (key === null || key.revoked_at !== null || !equalInConstantTime(key.token_hash, hash)) return NOBODY;
		const now = clock.now();
		if (key.expires_at !== null && key.expires_at <= now) return NOBODY;
		const plan = await planOf(key.organization_id);
		if (plan === null) return NOBODY;
		noteUse(key, now);
		const [first, ...others] = key.organization_ids ?? [key.organization_id];
		const value: KeyCaller = {
			kind: 'key',
			key_id: key._id,
			scope: key.scope,
			organization_id: key.organization_id,
			tenant: first === undefined || others.length > 0 ? (key.organization_ids ?? []) : first,
			plan,
			permissions: new Set(key.permissions),
			actor: key.name,
			connection_id: key.connection_id,
			hmac_secret: key.hmac_secret === null ? null : secrets.decrypt(key.hmac_secret, key._id),
		};
		return { value, until: key.expires_at?.getTime() ?? Infinity };
	};

	return {
		authenticate(token) {
			const hash = hashToken(token);
			return memory.get(hash, () => find(token, hash));
		},
		forget: () => memory.forget(),
	};
}
