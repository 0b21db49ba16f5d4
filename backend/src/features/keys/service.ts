import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock';
import { ApiError, invalidInput, notFound } from '../../core/errors';
import type { ConnectionId, Ids, KeyId, OrganizationId, Tenant } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Permission, Plan } from '../../core/permissions';
import { hashToken, type Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import { requirePlan } from '../../access/require-plan';
import type { Authenticate } from '../../access/authenticators';
import type { Caller, KeyCaller, KeyScope } from '../../access/caller';
import { organizationFor } from '../../access/organization-for';
import { createAuthenticate } from './authenticate';
import type { KeyDocument } from './model';
import { createTokens } from './token';

/** What makes a key. */
export interface KeySpecification {
	readonly id: KeyId;
	readonly organization_id: OrganizationId;
	/** Unset, or null with other scopes than multi_org. */
	readonly organization_ids?: readonly OrganizationId[] | null;
	readonly name: string;
	readonly scope: KeyScope;
	readonly permissions: readonly Permission[];
	readonly connection_id: ConnectionId | null;
	readonly expires_at: Date | null;
	/** The secret with which requests must be signed; null where they need not be. */
	readonly hmac_secret: string | null;
}

/** What somebody who has a key asks of a new one. */
interface KeyRequest extends Pick<KeySpecification, 'name' | 'scope' | 'permissions' | 'connection_id' | 'expires_at'> {
	readonly org_id?: OrganizationId | undefined;
	/** Given with the scope multi_org, and with no other. */
	readonly org_ids?: readonly OrganizationId[] | undefined;
	readonly hmac: boolean;
	/** In place of one that is made here. */
	readonly hmac_secret?: string | undefined;
}

/** What is changed of a key; what is left out stays. */
interface KeyChange {
	readonly name?: string | undefined;
	readonly permissions?: readonly Permission[] | undefined;
	readonly expires_at?: Date | null | undefined;
	readonly hmac?: boolean | undefined;
	readonly hmac_secret?: string | undefined;
}

type Maker = Pick<Caller, 'organization_id' | 'tenant' | 'plan' | 'permissions'>;

export interface KeysService {
	/** Makes the token of a key; it is not kept and cannot be shown again. */
	mint(specification: KeySpecification): string;
	/** Keeps a key by the hash of its token; the one with that id, should it exist, stays as it is. */
	store(specification: KeySpecification, token: string): Promise<void>;
	/**
	 * Makes a key that may do nothing that its maker may not; `token`, and `hmac_secret` where one was made, are not shown
	 * again.
	 * @throws {ApiError} 403 permission_denied, organization_denied, plan_upgrade_required; 422
	 */
	create(
		maker: Maker,
		request: KeyRequest,
	): Promise<{ readonly key: KeyDocument; readonly token: string; readonly hmac_secret: string | null }>;
	/** Newest first; those that belong to the tenant, revoked ones included. */
	list(tenant: Tenant, after: KeyId | null, limit: number): Promise<KeyDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: KeyId): Promise<KeyDocument>;
	/**
	 * Changes a key, which gets nothing that who changes it lacks; `hmac_secret` where one was made, which is not shown again.
	 * @throws {ApiError} 403 permission_denied, organization_denied; 404; 409 key_revoked, hmac_not_supported; 422
	 */
	change(
		maker: Maker,
		id: KeyId,
		change: KeyChange,
	): Promise<{ readonly key: KeyDocument; readonly hmac_secret: string | null }>;
	/** Ends a key for good; once more does nothing. @throws {ApiError} 404 */
	revoke(tenant: Tenant, id: KeyId): Promise<void>;
	/**
	 * A new secret in place of the one before, which is void at once, or the first: from then on the key demands signed
	 * requests. @throws {ApiError} 404; 409 key_revoked, hmac_not_supported
	 */
	rotateHmacSecret(tenant: Tenant, id: KeyId): Promise<{ readonly key: KeyDocument; readonly hmac_secret: string }>;
	readonly authenticate: Authenticate<KeyCaller>;
	/** Whether a token was made here, be its key good or not. */
	readonly isOurs: (token: string) => boolean;
}

/** A secret for signing requests, as a person copies it. */
export const makeHmacSecret = () => randomBytes(32).toString('hex');

export function createKeysService({
	keys,
	planOf,
	connectionExists,
	secrets,
	clock,
	ids,
	log,
}: {
	keys: TenantCollection<KeyDocument>;
	planOf: (organization: OrganizationId) => Promise<Plan | null>;
	connectionExists: (organization: OrganizationId, id: ConnectionId) => Promise<boolean>;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	log: Logger;
}): KeysService {
	const tokens = createTokens(secrets, clock);
	const { authenticate, forget } = createAuthenticate({ keys, planOf, tokens, secrets, clock, log });

	const get = async (tenant: Tenant, id: KeyId) => {
		const key = await keys.findOne(tenant, { _id: id });
		if (key === null) throw notFound('API key');
		return key;
	};

	/** Changes a key that is not revoked; null where it is. DocumentDB can miss a document that changes: then once more. */
	const change = async (tenant: Tenant, id: KeyId, fields: Partial<KeyDocument>) => {
		for (;;) {
			const changed = await keys.update(tenant, { _id: id, revoked_at: null }, { $set: fields });
			forget();
			if (changed !== null) return changed;
			if ((await get(tenant, id)).revoked_at !== null) return null;
		}
	};

	const mint: KeysService['mint'] = (specification) => tokens.sign({ ...specification, key_id: specification.id });

	const store: KeysService['store'] = async ({ id, organization_id, hmac_secret, ...rest }, token) => {
		const made = {
			organization_ids: null,
			...rest,
			hmac_secret: hmac_secret === null ? null : secrets.encrypt(hmac_secret, id),
			token_hash: hashToken(token),
			revoked_at: null,
			last_used_at: null,
			created_at: clock.now(),
		};
		await keys.update(organization_id, { _id: id }, { $setOnInsert: made }, { upsert: true });
	};

	return {
		mint,
		store,
		authenticate,
		isOurs: (token) => tokens.verify(token) !== null,
		get,
		async create(maker, { org_id, org_ids, hmac, hmac_secret: own, ...request }) {
			requirePermissions(maker, request.permissions);
			if (request.scope === 'multi_org') requirePlan(maker, 'agency');
			for (const named of org_ids ?? []) organizationFor(maker, named);
			const organization_id = org_ids ? maker.organization_id : organizationFor(maker, org_id);
			requireFuture(request.expires_at, clock);
			if (request.connection_id !== null && !(await connectionExists(organization_id, request.connection_id))) {
				throw invalidInput('/connection_id', 'names no Odoo connection of the organization');
			}
			const id = ids.next('key');
			const hmac_secret = hmac && own === undefined ? makeHmacSecret() : null;
			const organization_ids = org_ids ?? null;
			const specification = {
				...request,
				id,
				organization_id,
				organization_ids,
				hmac_secret: own ?? hmac_secret,
			};
			const token = mint(specification);
			await store(specification, token);
			return { key: await get(organization_id, id), token, hmac_secret };
		},
		async change(maker, id, { name, permissions, expires_at, hmac, hmac_secret: own }) {
			const before = await get(maker.tenant, id);
			if (before.scope !== 'webhook' && (hmac !== undefined || own !== undefined)) throw noHmac();
			if (permissions !== undefined) {
				requireAll(maker, before, permissions);
				const other = permissions.find((permission) => !permission.startsWith('odoo:'));
				if (before.scope === 'webhook' && other !== undefined) {
					throw invalidInput('/permissions', `must not have ${other}, which no key of scope webhook can`);
				}
			}
			if (expires_at !== undefined) {
				requireFuture(expires_at, clock);
				// What it may do, it then may for longer.
				if (isLater(expires_at, before.expires_at)) requireAll(maker, before, before.permissions);
			}
			const made = hmac === true && own === undefined && before.hmac_secret === null ? makeHmacSecret() : null;
			const secret = own ?? made;
			const fields = {
				...(name === undefined ? {} : { name }),
				...(permissions === undefined ? {} : { permissions }),
				...(expires_at === undefined ? {} : { expires_at }),
				...(secret === null ? {} : { hmac_secret: secrets.encrypt(secret, id) }),
				...(hmac === false ? { hmac_secret: null } : {}),
			};
			const key = Object.keys(fields).length === 0 ? before : await change(maker.tenant, id, fields);
			if (key === null) throw keyRevoked();
			return { key, hmac_secret: made };
		},
		list: (tenant, after, limit) =>
			keys.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async revoke(tenant, id) {
			await change(tenant, id, { revoked_at: clock.now() });
		},
		async rotateHmacSecret(tenant, id) {
			if ((await get(tenant, id)).scope !== 'webhook') throw noHmac();
			const hmac_secret = makeHmacSecret();
			const key = await change(tenant, id, { hmac_secret: secrets.encrypt(hmac_secret, id) });
			if (key === null) throw keyRevoked();
			return { key, hmac_secret };
		},
	};
}

const noHmac = () =>
	new ApiError(
		'hmac_not_supported',
		'Only keys of scope webhook can demand signed requests; make one of that scope.',
	);

const keyRevoked = () =>
	new ApiError('key_revoked', 'The API key was revoked. Make another one with POST /api/v1/api-keys.');

/** @throws {ApiError} 403 where the maker lacks one of the permissions, or does not see all that the key sees. */
function requireAll(maker: Maker, key: KeyDocument, permissions: readonly Permission[]) {
	requirePermissions(maker, permissions);
	for (const seen of key.organization_ids ?? []) organizationFor(maker, seen);
}

const isLater = (one: Date | null, other: Date | null) =>
	other !== null && (one === null || one.getTime() > other.getTime());

function requireFuture(expiry: Date | null, clock: Clock) {
	if (expiry !== null && expiry <= clock.now()) throw invalidInput('/expires_at', 'must be in the future');
}

function requirePermissions({ permissions }: Maker, wanted: readonly Permission[]) {
	const lacking = wanted.filter((permission) => !permissions.has(permission)).join(' ');
	if (lacking === '') return;
	const detail = `A key cannot grant what it lacks: ${lacking}. Leave that out, or use a key that has it.`;
	throw new ApiError('permission_denied', detail, { members: { required_permission: lacking } });
}
