import type { Clock } from '../../core/clock';
import type { OrganizationId } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Plan } from '../../core/permissions';
import { equalInConstantTime, hashToken, type Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Authenticate, KeyCaller } from '../../http/caller';
import { Lru } from '../../http/lru';
import type { KeyDocument } from './model';
import { SIGNING_PURPOSE, verifyToken } from './token';

/** How long what the database says of a key is believed, in milliseconds: other replicas may change it meanwhile. */
const BELIEVED_MS = 1_000;
/** When less is left of that, the key is looked up beside the request that asks: a busy one never waits for it. */
const AHEAD_MS = 500;
const MAX_REMEMBERED = 10_000;
/** The last use of a key is written down at most so often, in milliseconds. */
const USE_INTERVAL_MS = 60_000;

interface Remembered {
	readonly caller: KeyCaller;
	readonly until: number;
}

/**
 * Finds out whose a token is. What was found is believed for {@link BELIEVED_MS}, and until `forget` is called, which
 * whoever changes a key does.
 */
export function createAuthenticate({
	keys,
	planOf,
	secrets,
	clock,
	log,
}: {
	keys: TenantCollection<KeyDocument>;
	/** null where there is no such organization. */
	planOf: (organization: OrganizationId) => Promise<Plan | null>;
	secrets: Secrets;
	clock: Clock;
	log: Logger;
}): { readonly authenticate: Authenticate; readonly forget: () => void } {
	const signingKeys = secrets.deriveAll(SIGNING_PURPOSE);
	/** What was found, and what is being looked for, so that requests at the same moment look once; by the token's hash. */
	const newMemory = () => ({
		found: new Lru<Remembered>(MAX_REMEMBERED),
		looking: new Map<string, Promise<Remembered | null>>(),
	});
	let memory = newMemory();

	const noteUse = (key: KeyDocument, now: Date) => {
		const earlier = new Date(now.getTime() - USE_INTERVAL_MS);
		if (key.last_used_at !== null && key.last_used_at > earlier) return;
		keys.update(key.organization_id, { _id: key._id }, { $set: { last_used_at: now } }).catch((error: unknown) => {
			log.warn({ err: error, key_id: key._id }, 'the last use of a key could not be noted');
		});
	};

	const find = async (token: string, hash: string): Promise<Remembered | null> => {
		const id = await verifyToken(signingKeys, token, clock);
		if (id === null) return null;
		const key = await keys.everywhere.findOne({ _id: id });
		if (key === null || key.revoked_at !== null || !equalInConstantTime(key.token_hash, hash)) return null;
		const now = clock.now();
		if (key.expires_at !== null && key.expires_at <= now) return null;
		const plan = await planOf(key.organization_id);
		if (plan === null) return null;
		noteUse(key, now);
		const [first, ...others] = key.organization_ids ?? [key.organization_id];
		const caller: KeyCaller = {
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
		return { caller, until: Math.min(now.getTime() + BELIEVED_MS, key.expires_at?.getTime() ?? Infinity) };
	};

	/** Forgotten meanwhile, what was found may be out of date: the memory it goes into is no longer asked. */
	const look = async (token: string, hash: string, { found, looking }: typeof memory) => {
		try {
			const result = await find(token, hash);
			if (result === null) found.delete(hash);
			else found.set(hash, result);
			return result;
		} finally {
			looking.delete(hash);
		}
	};

	return {
		async authenticate(token) {
			const hash = hashToken(token);
			const known = memory.found.get(hash);
			const left = (known?.until ?? 0) - clock.now().getTime();
			if (known && left > AHEAD_MS) return known.caller;
			const looking = memory.looking.get(hash) ?? look(token, hash, memory);
			memory.looking.set(hash, looking);
			if (known === undefined || left <= 0) return (await looking)?.caller ?? null;
			// Whoever looks when the time is up is told of a failure.
			looking.catch(() => undefined);
			return known.caller;
		},
		forget() {
			memory = newMemory();
		},
	};
}
