import { jsonComplaint } from '../../../odoo/json-input';
import { parsePythonLiteral, PythonSyntaxError } from '../../../odoo/python-literal';

/** Names of fields and parameters whose values are never written down. */
const SECRET = /passw|passphrase|pwd|secret|token|api[-_ ]?key|private_?key|authorization|credential/i;
const BLACK = '***';
/** Shorter ones would black out parts of ordinary words. */
const MIN_LENGTH = 4;

/**
 * Takes the secrets out of what is written down of one call: the values of everything that is named like one, at any
 * depth, and these values wherever they come up again afterwards, as in a message of Odoo's that repeats them.
 */
export class Redaction {
	private readonly hidden = new Set<string>();

	/** A value as JSON; nothing of undefined. */
	json(value: unknown): string {
		if (value === undefined) return '';
		const complaint = jsonComplaint(value);
		if (complaint !== null) return JSON.stringify(`not shown: it ${complaint}`);
		return this.without(JSON.stringify(value, this.redact), (secret) => JSON.stringify(secret).slice(1, -1));
	}

	text(text: string): string {
		return this.without(text, (secret) => secret);
	}

	private without(text: string, written: (secret: string) => string): string {
		return [...this.hidden].reduce((rest, secret) => rest.replaceAll(written(secret), BLACK), text);
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
		if (typeof value === 'string' && value.length >= MIN_LENGTH) this.hidden.add(value);
		return BLACK;
	}

	/** A domain in Python's writing stays as it is unless it names a secret. */
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
