import { dateRangeAt } from '../dates/date-ranges';
import type { FieldDescription } from '../odoo-reader';
import type { Match } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';
import type { Comparison } from '../vocabulary/comparisons';
import { within } from '../vocabulary/domains';
import { CONTAINS, EMPTY, FILLED, IS, NOT } from '../vocabulary/grammar-words';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { domainFilter, emptyFilter, escapeLike } from './make-filters';
import { isProper, nameAt, skipArticles } from './name-at';
import { comparisonAt, numberFilterAt } from './numbers';
import type { Reading } from './reading';
import type { Filter } from './request';

/** A field and its value: `qty_available < 10`, `country is Germany`, `due this week`, `email contains example.com` */
export function fieldAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const field = vocabulary.fields.at(tokens, start);
	if (!field) return null;
	let at = start + field.length;
	const is = IS.at(tokens, at);
	if (is) at += is.length;
	const negation = NOT.at(tokens, at);
	if (negation) at += negation.length;
	const value = valueAt(reading, at, field.value, vocabulary, is !== null || negation !== null);
	if (!value) return null;
	const filter: Filter = negation ? { kind: 'not', of: value.value } : value.value;
	return { value: filter, length: at + value.length - start };
}

function valueAt(
	reading: Reading,
	start: number,
	field: FieldDescription,
	vocabulary: Vocabulary,
	introduced: boolean,
): Match<Filter> | null {
	const { tokens, now } = reading;
	if (introduced) {
		const empty = EMPTY.at(tokens, start);
		if (empty) return { value: emptyFilter(field, true), length: empty.length };
		const filled = FILLED.at(tokens, start);
		if (filled) return { value: emptyFilter(field, false), length: filled.length };
	}
	const comparison = comparisonAt(tokens, start);
	const at = start + (comparison?.length ?? 0);
	switch (field.type) {
		case 'integer':
		case 'float':
		case 'monetary':
			return numberFilterAt(tokens, start, field, introduced);
		case 'date':
		case 'datetime': {
			const plain = dateRangeAt(tokens, start, now);
			const range = plain ?? comparedDateAt(reading, at, comparison?.value);
			if (!range) return null;
			const text = `${field.label} ${range.value.text}`;
			const length = plain ? plain.length : at + range.length - start;
			return { value: domainFilter(within(field, range.value), text, field), length };
		}
		case 'selection':
			return selectionAt(tokens, at, start, field, comparison?.value);
		case 'boolean':
			return booleanAt(tokens, at, start, field);
		case 'many2one':
		case 'many2many': {
			if (comparison && comparison.value !== '=' && comparison.value !== '!=') return null;
			const begin = skipArticles(tokens, at);
			const isSaid =
				introduced || comparison !== null || isProper(tokens[begin]) || tokens[begin]?.kind === 'quoted';
			const name = isSaid ? nameAt(reading, begin, vocabulary) : null;
			if (!name) return null;
			const filter: Filter = { kind: 'name', preposition: 'field', name: name.value, field };
			return {
				value: comparison?.value === '!=' ? { kind: 'not', of: filter } : filter,
				length: begin + name.length - start,
			};
		}
		case 'char':
		case 'text':
		case 'html':
			return textFilterAt(reading, start, field, vocabulary, introduced);
		default:
			return null;
	}
}

/** `> 2026-01-01` */
function comparedDateAt({ tokens, now }: Reading, start: number, comparison: Comparison | undefined) {
	const range = comparison && dateRangeAt(tokens, start, now);
	if (!range) return null;
	const { from, to, text } = range.value;
	const open = { '>': { from: to }, '>=': { from }, '<': { to: from }, '<=': { to }, '=': { from, to }, '!=': null };
	const ends = open[comparison];
	if (!ends) return null;
	const bounds = {
		...('from' in ends && ends.from && { from: ends.from }),
		...('to' in ends && ends.to && { to: ends.to }),
	};
	return { value: { ...bounds, text: `${comparison} ${text}` }, length: range.length };
}

function selectionAt(
	tokens: readonly Token[],
	at: number,
	start: number,
	field: FieldDescription,
	comparison: Comparison | undefined,
): Match<Filter> | null {
	const choices = field.selection.toSorted((one, other) => other[1].length - one[1].length);
	for (const [key, label] of choices) {
		for (const words of [label, key]) {
			const length = sameWords(tokens, at, words);
			if (length === 0) continue;
			const filter = domainFilter([[field.name, '=', key]], `${field.label} ${label}`, field);
			return {
				value: comparison === '!=' ? { kind: 'not', of: filter } : filter,
				length: at + length - start,
			};
		}
	}
	return null;
}

/** How many tokens, quoted or not, are the same as `words`; 0 where they differ. */
function sameWords(tokens: readonly Token[], start: number, words: string): number {
	const first = tokens[start];
	if (first?.text.toLowerCase() === words.toLowerCase()) return 1;
	const parts = words.toLowerCase().split(/[\s_-]+/);
	return parts.every((part, index) => tokens[start + index]?.text.toLowerCase() === part) ? parts.length : 0;
}

function booleanAt(tokens: readonly Token[], at: number, start: number, field: FieldDescription): Match<Filter> | null {
	const word = tokens[at]?.stem ?? '';
	const yes = /^(?:true|yes|1)$/.test(word);
	if (!yes && !/^(?:false|no|0)$/.test(word)) return null;
	const text = `${field.label}: ${yes ? 'yes' : 'no'}`;
	return { value: domainFilter([[field.name, '=', yes]], text, field), length: at + 1 - start };
}

const PATTERNS = {
	contains: (text: string) => ['ilike', text, 'containing'],
	starts: (text: string) => ['=ilike', `${text}%`, 'starting with'],
	ends: (text: string) => ['=ilike', `%${text}`, 'ending with'],
} as const;

function textFilterAt(
	reading: Reading,
	start: number,
	field: FieldDescription,
	vocabulary: Vocabulary,
	introduced: boolean,
): Match<Filter> | null {
	const { tokens } = reading;
	const pattern = CONTAINS.at(tokens, start);
	if (pattern) {
		const text = valueTextAt(reading, start + pattern.length, vocabulary);
		if (!text) return null;
		const [operator = 'ilike', value = '', words = ''] = PATTERNS[pattern.value](escapeLike(text.value));
		return {
			value: domainFilter([[field.name, operator, value]], `${field.label} ${words} “${text.value}”`, field),
			length: pattern.length + text.length,
		};
	}
	const comparison = comparisonAt(tokens, start);
	if (comparison && comparison.value !== '=' && comparison.value !== '!=') return null;
	const at = start + (comparison?.length ?? 0);
	const isQuoted = tokens[at]?.kind === 'quoted' || tokens[at]?.kind === 'email';
	if (!comparison && !introduced && !isQuoted) return null;
	const text = valueTextAt(reading, at, vocabulary);
	if (!text) return null;
	const filter = domainFilter(
		[[field.name, '=ilike', escapeLike(text.value)]],
		`${field.label} “${text.value}”`,
		field,
	);
	return {
		value: comparison?.value === '!=' ? { kind: 'not', of: filter } : filter,
		length: at + text.length - start,
	};
}

/** A text value: one token of any kind, or the words of a name. */
function valueTextAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<string> | null {
	const token = reading.tokens[start];
	if (!token || token.kind === 'mark' || token.kind === 'operator') return null;
	if (token.kind !== 'word') return { value: token.text, length: 1 };
	return nameAt(reading, start, vocabulary);
}
