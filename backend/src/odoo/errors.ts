import { OutboundError, type OutboundErrorCode } from '../net/outbound';
import { isJsonObject, type JsonValue } from './json';

export type OdooErrorKind =
	/** The login and the key or password do not go together. */
	| 'authentication_failed'
	| 'database_not_found'
	/** Odoo knows the user and does not let them; also private methods. */
	| 'access_denied'
	| 'missing_record'
	/** A constraint of the data is not met. */
	| 'validation'
	/** Odoo's business logic refuses. */
	| 'user_error'
	| 'unknown_model'
	| 'unknown_method'
	| 'unknown_field'
	/** The arguments do not fit the method. */
	| 'bad_arguments'
	/** What stands before Odoo refuses more requests for now; or Odoo itself does. */
	| 'busy'
	/** What stands before Odoo lets nobody through, or asks for a login of its own. */
	| 'proxy_denied'
	/** The request is larger than what stands before Odoo lets through. */
	| 'request_too_large'
	/** Something answers at the URL, and it is not Odoo. */
	| 'not_odoo'
	| 'unreachable'
	/** The server's certificate is not one to trust, or it speaks no TLS. */
	| 'tls_failed'
	/** The URL leads to an address that this service does not connect to. */
	| 'refused_address'
	| 'timeout'
	| 'too_large'
	/** Odoo failed by itself. */
	| 'server_error';

/** A call that Odoo refused or never answered. The message is for people; Odoo's traceback is dropped. */
export class OdooError extends Error {
	override readonly name = 'OdooError';
	/** How long whoever answered asks to wait; null where it does not say. */
	readonly retryAfterMs: number | null;

	constructor(
		readonly kind: OdooErrorKind,
		message: string,
		/** The Python class of what Odoo raised, e.g. `odoo.exceptions.AccessError`; null where Odoo raised nothing. */
		readonly exception: string | null = null,
		options?: ErrorOptions & { readonly retryAfterMs?: number | null },
	) {
		super(message, options);
		this.retryAfterMs = options?.retryAfterMs ?? null;
	}
}

const OUTBOUND_KINDS: Readonly<Record<OutboundErrorCode, OdooErrorKind>> = {
	outbound_url_invalid: 'unreachable',
	outbound_address_refused: 'refused_address',
	outbound_unreachable: 'unreachable',
	outbound_tls_failed: 'tls_failed',
	outbound_connection_lost: 'unreachable',
	outbound_timeout: 'timeout',
	outbound_too_large: 'too_large',
};

/**
 * What became of a request that got no whole answer, with what else its sender must know; anything that is not of the
 * network is passed on as it is.
 */
export function networkError(error: unknown, more = ''): unknown {
	if (!(error instanceof OutboundError)) return error;
	return new OdooError(OUTBOUND_KINDS[error.code], error.message + more, null, { cause: error });
}

/** PostgreSQL's refusals of a value (its class 22), where Odoo hands a number or text on as it is. */
const REFUSED_VALUE =
	/^psycopg2\.errors\.(NumericValueOutOfRange|Invalid\w+|Datetime\w+|StringDataRightTruncation|CharacterNotInRepertoire|UntranslatableCharacter)$/;

type Rule = readonly [exception: RegExp, message: RegExp, kind: OdooErrorKind];

/**
 * By the exception's class and, where one class means several things, its message; the first that fits counts.
 * Seen on Odoo 14 and 19. Exceptions of Odoo, of Python and of HTTP speak to the caller; others (PostgreSQL) speak of
 * the server's inside, and are named only.
 */
const RULES: readonly Rule[] = [
	[/^odoo\.exceptions\.AccessDenied$/, /^/, 'authentication_failed'],
	[/^odoo\.exceptions\.AccessError$/, /^/, 'access_denied'],
	[/^odoo\.exceptions\.MissingError$/, /^/, 'missing_record'],
	[/^odoo\.exceptions\.ValidationError$/, /^/, 'validation'],
	[/^odoo\.exceptions\.UserError$/, /^Object .* doesn't exist$/s, 'unknown_model'],
	[/^odoo\.exceptions\./, /^/, 'user_error'],
	[/\.NotFound$/, /^the model .* does not exist$/is, 'unknown_model'],
	[/\.NotFound$/, /^The method .* does not exist$/is, 'unknown_method'],
	[/\.Unauthorized$/, /^/, 'authentication_failed'],
	[/\.Forbidden$/, /^/, 'access_denied'],
	[/\.(UnprocessableEntity|BadRequest)$/, /^/, 'bad_arguments'],
	[
		/^builtins\.AttributeError$/,
		/^The method .* does not exist$|^type object .* has no attribute /s,
		'unknown_method',
	],
	[/^builtins\.ValueError$/, /^(Invalid field|Unknown field|Wrong field)/i, 'unknown_field'],
	[/^builtins\.KeyError$/, /^/, 'unknown_field'],
	[/^builtins\.(TypeError|ValueError|AssertionError|IndexError)$/, /^/, 'bad_arguments'],
	[/^builtins\.AttributeError$/, /^'(str|int|float|bool|list|dict)' object has no attribute /, 'bad_arguments'],
	[REFUSED_VALUE, /^/, 'bad_arguments'],
	[/^(psycopg2\.|builtins\.KeyError)/, /database .* does not exist/is, 'database_not_found'],
];

const MAX_NAME_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 2000;
const SPEAKS_TO_CALLERS = /^(odoo\.exceptions|builtins|werkzeug\.exceptions)\./;

/** What Odoo raised, from `{ name, message, debug, … }`: JSON-2's body, or JSON-RPC's `error.data`. */
export function raisedError(raised: JsonValue | undefined): OdooError {
	const { name, message } = isJsonObject(raised) ? raised : {};
	if (typeof name !== 'string') return new OdooError('server_error', 'Odoo failed and did not say why.');
	// Cut before anything looks for patterns in it: whoever answers may send megabytes.
	const exception = name.slice(0, MAX_NAME_LENGTH);
	const text = typeof message === 'string' ? shortened(message.trim()) : '';
	const kind = RULES.find(([names, words]) => names.test(exception) && words.test(text))?.[2] ?? 'server_error';
	return new OdooError(kind, messageFor(kind, exception, text), exception);
}

const shortened = (text: string) => (text.length > MAX_MESSAGE_LENGTH ? `${text.slice(0, MAX_MESSAGE_LENGTH)}…` : text);

function messageFor(kind: OdooErrorKind, name: string, text: string): string {
	if (kind === 'authentication_failed') return AUTHENTICATION_FAILED;
	if (kind === 'database_not_found') return 'Odoo has no database of that name.';
	if (REFUSED_VALUE.test(name))
		return `Odoo's database refuses a value of the call: ${name.slice(name.lastIndexOf('.') + 1)}.`;
	if (text === '' || !SPEAKS_TO_CALLERS.test(name)) return `Odoo failed with ${name}; its log has the details.`;
	if (kind === 'unknown_field' && name === 'builtins.KeyError') return `Odoo does not know ${text}.`;
	return text;
}

export const AUTHENTICATION_FAILED = 'Odoo does not accept the login and the API key or password of this connection.';

export const NEEDS_IDS = 'The method works on records: its first positional argument must be a list of ids.';
