import type { CallOptions, OdooCall, OdooTransportName } from './client';
import type { JsonValue } from './json';
import type { LargeResult } from './large/large-result';

/** One way to call an Odoo's methods. Rejects with an `OdooError`. */
export interface OdooTransport {
	readonly name: OdooTransportName;
	/** The id of the user that the secret belongs to. */
	authenticate(options?: CallOptions): Promise<number>;
	call(request: OdooCall, options?: CallOptions): Promise<JsonValue | LargeResult>;
}

/** What a connection needs to know to get in. */
export interface OdooAccess {
	/** With or without a trailing slash or a path. */
	readonly url: string;
	readonly database: string;
	readonly login: string;
	/** The user's API key, or their password. */
	readonly secret: string;
}
