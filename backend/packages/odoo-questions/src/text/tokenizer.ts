import { stem } from './words';

/** A piece of a message. */
export interface Token {
	readonly kind: 'word' | 'identifier' | 'reference' | 'email' | 'quoted' | 'number' | 'date' | 'operator' | 'mark';
	/** As it was written, without quotes. */
	readonly text: string;
	/** In lower case and the singular, for comparing. */
	readonly stem: string;
	/** The value of a number. */
	readonly value?: number;
	/** The unit of a number, by its sign: an ISO 4217 code such as `USD`, or `percent`. */
	readonly unit?: string;
	readonly start: number;
	readonly end: number;
}

const CURRENCIES: Readonly<Record<string, string>> = {
	$: 'USD',
	'€': 'EUR',
	'£': 'GBP',
	'¥': 'JPY',
	'฿': 'THB',
	'₹': 'INR',
};
const SCALES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, bn: 1e9 };

type Rule = readonly [pattern: RegExp, read: (match: RegExpExecArray) => Omit<Token, 'start' | 'end' | 'stem'> | null];

/** The first rule that matches at a position is taken. */
const RULES: readonly Rule[] = [
	[/\s+/y, () => null],
	[/"([^"]*)"|“([^”]*)”|(?<![\p{L}\p{N}])'([^']+)'(?![\p{L}\p{N}])/uy, (match) => quoted(match.slice(1).join(''))],
	[/[^\s@"'<>(),;:]+@[^\s@"'<>(),;:]+\.[\p{L}]{2,}/uy, ([text]) => ({ kind: 'email', text })],
	[/\d{4}-\d{2}(?:-\d{2})?(?![\p{L}\p{N}-])/uy, ([text]) => ({ kind: 'date', text })],
	[
		/([$€£¥฿₹])?\s?(-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|-?\.\d+)(?:(k|m|bn)(?![\p{L}\p{N}]))?\s?([$€£¥฿₹%])?(?![\p{L}\p{N}/_])/iuy,
		number,
	],
	[/<=|>=|==|!=|<>|=|<|>|≤|≥|≠/y, ([text]) => ({ kind: 'operator', text })],
	[/[\p{L}\p{N}]+(?:[/._][\p{L}\p{N}]+)+|[\p{L}\p{N}]+_/uy, ([text]) => ({ kind: technical(text), text })],
	[/(?=[\p{L}\p{M}]*\p{N})[\p{L}\p{M}\p{N}]+/uy, ([text]) => ({ kind: 'reference', text })],
	[/[\p{L}\p{M}]+(?:['’][\p{L}\p{M}]+)*['’]?/uy, ([text]) => ({ kind: 'word', text })],
	[/[^]/uy, ([text]) => ({ kind: 'mark', text })],
];

/** Splits a message into tokens. Only white space is dropped: what no other rule matches becomes a `mark`. */
export function tokenize(message: string): Token[] {
	const tokens: Token[] = [];
	let position = 0;
	while (position < message.length) {
		const token = readAt(message, position);
		if (token === null) break;
		position = token.end;
		if (token.read) tokens.push({ ...token.read, stem: stem(token.read.text), start: token.start, end: token.end });
	}
	return tokens;
}

function readAt(message: string, start: number) {
	for (const [pattern, read] of RULES) {
		pattern.lastIndex = start;
		const match = pattern.exec(message);
		if (match && match[0].length > 0) return { read: read(match), start, end: pattern.lastIndex };
	}
	return null;
}

const quoted = (text: string): Omit<Token, 'start' | 'end' | 'stem'> => ({ kind: 'quoted', text: text.trim() });

/** `qty_available` and `res.partner` are identifiers in Odoo; `INV/2026/00001` is a record's reference. */
const technical = (text: string): Token['kind'] => (/^[a-z][a-z0-9_.]*$/.test(text) ? 'identifier' : 'reference');

function number([text, before, digits = '', scale, after]: RegExpExecArray): Omit<Token, 'start' | 'end' | 'stem'> {
	const value = Number(digits.replaceAll(',', '')) * (scale ? (SCALES[scale.toLowerCase()] ?? 1) : 1);
	const sign = before ?? after;
	const unit = sign === '%' ? 'percent' : sign ? CURRENCIES[sign] : undefined;
	return { kind: 'number', text: text.trim(), value, ...(unit ? { unit } : {}) };
}

/** The text of `length` tokens from `start` on, joined by blanks. */
export const textOf = (tokens: readonly Token[], start: number, length: number): string =>
	tokens
		.slice(start, start + length)
		.map(({ text }) => text)
		.join(' ');
