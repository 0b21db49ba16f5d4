import type { JsonBytes } from '../core/json-bytes';
import type { JsonObject, JsonValue } from './json';

export interface OdooVersion {
	readonly major: number;
	readonly minor: number;
	/** As the server writes it, e.g. `19.0`, `saas~18.2+e`. */
	readonly text: string;
}

/** A method call as `execute_kw` takes it: ids first where the method works on records, `context` among the kwargs. */
export interface OdooCall {
	readonly model: string;
	readonly method: string;
	readonly args: readonly JsonValue[];
	readonly kwargs: JsonObject;
}

export interface CallOptions {
	/** Ends the call; it then rejects with the signal's reason. What Odoo was already doing may still take effect. */
	readonly signal?: AbortSignal;
	/** 60 seconds by default. */
	readonly timeoutMs?: number;
	/** Whom the call is for: of theirs, one large answer is read at a time. By default whoever calls the same Odoo. */
	readonly tenant?: string | undefined;
}

/** Who the connection works as, and where. */
export interface OdooIdentity {
	readonly user_id: number;
	readonly login: string;
	readonly name: string;
	readonly database: string;
	readonly version: OdooVersion;
	readonly transport: OdooTransportName;
}

/** JSON-2: https://www.odoo.com/documentation/19.0/developer/reference/external_api.html; JSON-RPC: `/jsonrpc`. */
export type OdooTransportName = 'json-2' | 'json-rpc';

/**
 * An Odoo of any version, as one user. The same call has the same result whichever transport serves it.
 * Every method rejects with an `OdooError`.
 */
export interface OdooClient {
	readonly version: OdooVersion;
	readonly transport: OdooTransportName;
	/** Calls a public method. A read is tried once more when its connection breaks, anything else is sent once. */
	call(request: OdooCall, options?: CallOptions): Promise<JsonValue>;
	/** The same for who only hands the result on: one that is large is not read. */
	forward(request: OdooCall, options?: CallOptions): Promise<JsonValue | JsonBytes>;
	/** Asks Odoo anew, so that it also tells whether the connection works. */
	whoAmI(options?: CallOptions): Promise<OdooIdentity>;
}
