import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import type { OdooIdentity } from '../../odoo/client';
import { connectOdoo } from '../../odoo/connect';
import type { OdooError, OdooErrorKind } from '../../odoo/errors';
import type { RuntimeAccess } from '../../runtimes/runtime';

/** How long one answer of an Odoo that is tried out may take, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Logs in anew, whatever is known of the connection, and answers who it works as. Rejects with an `OdooError`. */
export async function probe(
	{ fetch, ...access }: RuntimeAccess,
	{ clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<OdooIdentity> {
	const options = { signal, timeoutMs: PATIENCE_MS };
	const client = await connectOdoo(access, { fetch, clock }, options);
	return client.whoAmI(options);
}

/** Which input is to blame for a connection that does not work; the URL for everything else. */
const CULPRITS: Partial<Record<OdooErrorKind, string>> = {
	database_not_found: '/database',
	authentication_failed: '/login',
	access_denied: '/login',
};

/** 422: a connection that does not work is not saved. */
export const refused = ({ kind, message }: OdooError) =>
	new ApiError(`odoo_${kind}`, `The connection does not work and was not saved. ${message}`, {
		errors: [{ pointer: CULPRITS[kind] ?? '/url', detail: message }],
	});
