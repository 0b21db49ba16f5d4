import { jsonComplaint } from '../../../odoo/json-input';

/** Names of fields and parameters whose values are never written down. */
const SECRET = /passw|passphrase|pwd|secret|token|api[-_ ]?key|private_?key|authorization|credential/i;
const BLACK = '***';

/** A value as JSON (nothing of undefined), the values of everything that is named like a secret blacked out, at any depth. */
export function redactedJson(value: unknown): string {
	if (value === undefined) return '';
	const complaint = jsonComplaint(value);
	if (complaint !== null) return JSON.stringify(`not shown: it ${complaint}`);
	return JSON.stringify(value, redact);
}

function redact(key: string, value: unknown): unknown {
	if (SECRET.test(key)) return value === null || typeof value === 'boolean' ? value : BLACK;
	// A domain's text may name a secret among its conditions, and a condition is [field, operator, value].
	if (key === 'search_domain' && typeof value === 'string') return SECRET.test(value) ? BLACK : value;
	if (!Array.isArray(value) || value.length !== 3) return value;
	const items: readonly unknown[] = value;
	const [field, operator] = items;
	return typeof field === 'string' && SECRET.test(field) ? [field, operator, BLACK] : value;
}
