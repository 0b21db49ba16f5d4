import { createHash } from 'node:crypto';
import type { Clock } from '../core/clock';
import { unlessAborted } from '../waiting/unless-aborted';
import type { Fetch } from '../net/outbound';
import type { CallOptions, OdooClient } from './client';
import { connectOdoo } from './connect';
import { OdooError } from './errors';
import type { OdooAccess } from './transport';

const MAX_CLIENTS = 500;
/** How long a client is used before the server is asked for its version again. */
const LIFETIME_MS = 5 * 60_000;
/** How long each answer may take while the version is found out and the user logged in; short, as many may wait. */
const LOGIN_TIMEOUT_MS = 15_000;
/**
 * How long credentials that were refused are not tried again: after some refusals Odoo lets nobody in from an address,
 * which all connections have in common.
 */
const REFUSED_MS = 30_000;

/** Clients that are logged in, kept for the calls to come. */
export interface OdooClients {
	/** Rejects with an `OdooError`, or the signal's reason; a log-in that others wait for too goes on. */
	get(access: OdooAccess & { readonly fetch: Fetch }, options?: Pick<CallOptions, 'signal'>): Promise<OdooClient>;
}

/** Keeps one client for each set of credentials; one that Odoo no longer lets in is logged in anew. */
export function createOdooClients({ clock }: { clock: Clock }): OdooClients {
	const clients = new Map<string, { client: Promise<OdooClient>; until: number }>();

	const keep = (key: string, connecting: Promise<OdooClient>) => {
		const forget = () => {
			if (clients.get(key) === kept) clients.delete(key);
		};
		const watched = async <T>(work: Promise<T>): Promise<T> => {
			try {
				return await work;
			} catch (error) {
				if (error instanceof OdooError && OUTDATED.has(error.kind)) forget();
				throw error;
			}
		};
		const client = connecting.then((connected): OdooClient => ({
			...connected,
			call: (request, options?: CallOptions) => watched(connected.call(request, options)),
			forward: (request, options?: CallOptions) => watched(connected.forward(request, options)),
			whoAmI: (options?: CallOptions) => watched(connected.whoAmI(options)),
		}));
		const fromNow = (ms: number) => clock.now().getTime() + ms;
		const kept = { client, until: fromNow(LIFETIME_MS) };
		clients.set(key, kept);
		client.catch((error: unknown) => {
			if (error instanceof OdooError && error.kind === 'authentication_failed') kept.until = fromNow(REFUSED_MS);
			else forget();
		});
		return client;
	};

	return {
		get({ fetch, url, database, login, secret }, { signal } = {}) {
			const awaited = (client: Promise<OdooClient>) =>
				signal === undefined ? client : unlessAborted(() => client, signal);
			const access = { url, database, login, secret };
			const key = createHash('sha256').update(JSON.stringify(access)).digest('base64');
			const kept = clients.get(key);
			if (kept && kept.until > clock.now().getTime()) return awaited(kept.client);
			const [oldest] = clients.keys();
			if (oldest !== undefined && clients.size >= MAX_CLIENTS) clients.delete(oldest);
			const connecting = connectOdoo(access, { fetch, clock }, { timeoutMs: LOGIN_TIMEOUT_MS });
			return awaited(keep(key, connecting));
		},
	};
}

/** What a server answers that has moved, or changed its version or its users. */
const OUTDATED: ReadonlySet<string> = new Set(['authentication_failed', 'database_not_found', 'not_odoo']);
