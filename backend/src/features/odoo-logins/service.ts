import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock';
import type { Ids, OdooLoginId, OrganizationId, Tenant } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { Plan } from '../../core/permissions';
import { hashToken, type Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Authenticate } from '../../access/authenticators';
import type { OdooLoginCaller } from '../../access/caller';
import type { OdooIdentity } from '../../odoo/client';
import { OdooError } from '../../odoo/errors';
import { createLoginBrake } from '../../odoo/login-brake';
import { probe } from '../connections/probe';
import type { FindPlaces, OdooPlace } from '../connections/places';
import type { OpenOdooLogin } from '../connections/service';
import type { OdooLoginDocument } from './model';

/** How long a login lasts, in seconds, whether it is used or not. */
export const LIFETIME_S = 8 * 60 * 60;
/** How long without a use, in milliseconds. */
const IDLE_MS = 60 * 60_000;
/** A use is written down at most so often, in milliseconds. */
const USE_INTERVAL_MS = 60_000;

interface Credentials {
	/** The name of a database, or the id of a connection. */
	readonly db: string;
	readonly login: string;
	readonly password: string;
}

export interface OdooLoginsService {
	/** Lets in whom an Odoo lets in; null where none does. `token` is not kept and cannot be shown again. */
	begin(
		credentials: Credentials,
		options: { readonly signal: AbortSignal },
	): Promise<{ readonly token: string; readonly identity: OdooIdentity } | null>;
	readonly authenticate: Authenticate<OdooLoginCaller>;
	/** What one logged in with; null where the login is over. */
	find(tenant: Tenant, id: OdooLoginId): Promise<OpenOdooLogin | null>;
	/** Ends the login of that token; once more does nothing. */
	end(token: string): Promise<void>;
}

export function createOdooLoginsService({
	odooLogins,
	findPlaces,
	planOf,
	secrets,
	clock,
	ids,
	log,
}: {
	odooLogins: TenantCollection<OdooLoginDocument>;
	findPlaces: FindPlaces;
	/** null where there is no such organization. */
	planOf: (organization: OrganizationId) => Promise<Plan | null>;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	log: Logger;
}): OdooLoginsService {
	const brake = createLoginBrake(clock);

	/** When a login that is used now ends for want of use. */
	const idleEnd = () => new Date(clock.now().getTime() + IDLE_MS);

	const keep = async (
		{ connection_id, organization_id, url, database }: OdooPlace,
		{ login, password }: Credentials,
	) => {
		const _id = ids.next('odoo_login');
		const token = randomBytes(32).toString('base64url');
		await odooLogins.insert({
			_id,
			organization_id,
			connection_id,
			...{ url, database, login },
			secret: secrets.encrypt(password, _id),
			token_hash: hashToken(token),
			ends_at: idleEnd(),
			expires_at: new Date(clock.now().getTime() + LIFETIME_S * 1_000),
		});
		return token;
	};

	const current = async (token: string) => {
		const found = await odooLogins.everywhere.findOne({ token_hash: hashToken(token) });
		return found !== null && found.ends_at > clock.now() ? found : null;
	};

	/** Puts the login's end off, beside the request. */
	const noteUse = ({ _id, organization_id, ends_at, expires_at }: OdooLoginDocument) => {
		const end = new Date(Math.min(idleEnd().getTime(), expires_at.getTime()));
		if (end.getTime() - ends_at.getTime() < USE_INTERVAL_MS) return;
		odooLogins.update(organization_id, { _id }, { $set: { ends_at: end } }).catch((error: unknown) => {
			log.warn({ err: error, odoo_login_id: _id }, 'the use of a login to an Odoo could not be noted');
		});
	};

	return {
		async begin(credentials, { signal }) {
			const { db, login, password: secret } = credentials;
			for (const place of await findPlaces(db)) {
				const { url, database, fetch, connection_id } = place;
				try {
					const access = { url, database, fetch, login, secret };
					const identity = await brake.attempt(url, () => probe(access, { clock, signal }));
					if (identity !== null) return { token: await keep(place, credentials), identity };
				} catch (error) {
					if (!(error instanceof OdooError)) throw error;
					log.info({ connection_id, reason: error.kind }, 'a login was not accepted');
				}
			}
			return null;
		},
		async authenticate(token) {
			const found = await current(token);
			if (found === null) return null;
			const { _id, organization_id, login } = found;
			const plan = await planOf(organization_id);
			if (plan === null) return null;
			noteUse(found);
			return {
				kind: 'odoo_login',
				login_id: _id,
				organization_id,
				tenant: organization_id,
				plan,
				// What the user may do is for Odoo to say.
				permissions: new Set(['odoo:read', 'odoo:write']),
				actor: login,
			};
		},
		async find(tenant, _id) {
			const found = await odooLogins.findOne(tenant, { _id });
			if (found === null || found.ends_at <= clock.now()) return null;
			const { connection_id, url, database, login } = found;
			return { connection_id, url, database, login, secret: secrets.decrypt(found.secret, _id) };
		},
		async end(token) {
			const found = await current(token);
			if (found !== null) await odooLogins.delete(found.organization_id, { _id: found._id });
		},
	};
}
