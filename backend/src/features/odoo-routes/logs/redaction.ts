import { TOKEN } from '../../../core/log';
import { parsePythonLiteral, PythonSyntaxError } from '../../../odoo/python-literal';

/** Names of fields and parameters whose values are never written down. */
const SECRET =
	/passw|passphrase|pwd|secret|token|api[-_ ]?key|private_?key|authorization|credential|smtp_?pass|(?<![a-z0-9])(?:pass|pin|pin_?code|otp|totp|cvv|cvc)(?![a-z0-9])/i;
/** An escape in JSON. It may stand for a letter of such a name. */
const MAY_NAME_ONE = new RegExp(`${SECRET.source}|${TOKEN.source}|\\\\u00[2-7]`, 'i');
const BLACK = '***';
/** Stands for a whole payload that names a secret but is not JSON, or is nested too deeply to be written. */
const NOT_SHOWN = '"not shown: it may hold secrets that cannot be told from the rest"';
/** Shorter secrets are not searched for, because parts of ordinary words would be blacked out. */
const MIN_LENGTH = 4;
/** How many secrets are searched for. More would take too long. */
const MAX_HIDDEN = 100;

/** A request or a response. */
export interface Sent {
	readonly text: string;
	/** Its parsed value; undefined if it is not JSON. */
	readonly value: unknown;
}

/**
 * Takes the secrets out of the log of one call: the values of all fields with the name of a secret, at any depth, and
 * the same values wherever they come up again later, e.g. in a message of Odoo; and the platform's own keys anywhere.
 */
export class Redaction {
	private readonly hidden = new Set<string>();

	/** What was sent, as JSON. If there can be no secret in it, that is the text itself. */
	json({ text, value }: Sent): string {
		if (this.hidden.size === 0 && !MAY_NAME_ONE.test(text)) return text;
		if (value === undefined) return NOT_SHOWN;
		try {
			return this.without(JSON.stringify(value, this.redact), (secret) => JSON.stringify(secret).slice(1, -1));
		} catch (error) {
			if (error instanceof RangeError) return NOT_SHOWN;
			throw error;
		}
	}

	/** A message of this service or of Odoo, without the secrets that were found before. */
	text(text: string): string {
		return this.without(text, (secret) => secret);
	}

	private without(text: string, written: (secret: string) => string): string {
		if (this.hidden.size > MAX_HIDDEN) return NOT_SHOWN;
		const rest = [...this.hidden].reduce((shown, secret) => shown.replaceAll(written(secret), BLACK), text);
		return rest.replace(TOKEN, `$1${BLACK}`);
	}

	private readonly redact = (key: string, value: unknown): unknown => {
		if (SECRET.test(key)) return this.hide(value);
		if (key === 'search_domain' && typeof value === 'string') return this.redactDomain(value);
		if (!Array.isArray(value) || value.length !== 3) return value;
		// A condition is [field, operator, value].
		const items: readonly unknown[] = value;
		const [field, operator, secret] = items;
		return typeof field === 'string' && SECRET.test(field) ? [field, operator, this.hide(secret)] : value;
	};

	private hide(value: unknown): unknown {
		if (value === null || typeof value === 'boolean') return value;
		this.note(value);
		return BLACK;
	}

	/** Remembers every text in a value as a secret, e.g. all of the list that a condition compares with. */
	private note(value: unknown): void {
		if (typeof value === 'string' && value.length >= MIN_LENGTH) this.hidden.add(value);
		if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) this.note(item);
	}

	/** The text of a Python list stays as it is unless it names a secret. */
	private redactDomain(text: string): unknown {
		if (!SECRET.test(text)) return text;
		try {
			return parsePythonLiteral(text);
		} catch (error) {
			if (error instanceof PythonSyntaxError) return BLACK;
			throw error;
		}
	}
}
