import { dateRangeAt } from '../dates/date-ranges';
import type { Match } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';
import { BETWEEN, COMPARISONS } from '../vocabulary/comparisons';
import { AND, CONTAINS, FILLERS, NAMED, NOT, OR, PREPOSITIONS, WITH, WITHOUT } from '../vocabulary/grammar-words';
import { BY, GROUP, SHOW, SORT } from '../vocabulary/order-words';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { Reading } from './reading';

/** The position after any articles. */
export function skipArticles(tokens: readonly Token[], start: number): number {
	let at = start;
	while (/^(?:a|an|the|any|some|their|its)$/.test(tokens[at]?.stem ?? '')) at += 1;
	return at;
}

/** Words that end a name, besides those of the grammar. */
const AFTER_NAMES = /^(?:than|more|less|most|least|list|show|how|many)$/;

const INSIDE_NAMES = /^(?:and|&|-|\/|\.|of|the|de|la|von|van|der|den|du|do|da)$/i;

/** A name: quoted text, or the words up to the next one that belongs to the grammar. */
export function nameAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<string> | null {
	const { tokens } = reading;
	const first = tokens[start];
	if (!first || first.kind === 'mark' || endsName(reading, start, vocabulary)) return null;
	if (first.kind === 'reference') return { value: first.text, length: 1 };
	if (first.kind === 'quoted') return first.text === '' ? null : { value: first.text, length: 1 };
	let at = start;
	while (at < tokens.length) {
		const token = tokens[at];
		if (!token || token.kind === 'quoted') break;
		if (
			at > start &&
			INSIDE_NAMES.test(token.text) &&
			isProper(tokens[at + 1]) &&
			!endsName(reading, at + 1, vocabulary)
		) {
			at += 2;
			continue;
		}
		if (endsName(reading, at, vocabulary)) break;
		at += 1;
		// In “Acme's phone”, what follows is no part of the name.
		if (/['’]s?$/.test(token.text) && (vocabulary.fields.at(tokens, at) || !isProper(tokens[at]))) break;
	}
	const last = tokens[at - 1];
	if (!last || at === start) return null;
	return { value: nameText(tokens.slice(start, at)), length: at - start };
}

/** The name as it was written, without a possessive ending. */
function nameText(tokens: readonly Token[]): string {
	return tokens
		.map((token, index) => {
			const gap = index > 0 && token.start > (tokens[index - 1]?.end ?? 0) ? ' ' : '';
			return gap + token.text;
		})
		.join('')
		.replace(/['’]s?$/, '');
}

/** Whether a token is written like a name: with a capital, a digit, or as a reference. */
export const isProper = (token: Token | undefined) =>
	token !== undefined && (/^[\p{Lu}\p{N}]/u.test(token.text) || token.kind === 'reference');

/** Whether a name ends before this token. */
function endsName(reading: Reading, at: number, { fields, states }: Vocabulary): boolean {
	const { tokens, now } = reading;
	const token = tokens[at];
	if (!token || token.kind === 'operator') return true;
	if (token.kind === 'mark') return token.text !== '&';
	if (token.kind === 'number' || token.kind === 'date')
		return dateRangeAt(tokens, at, now) !== null || token.kind === 'date';
	if (token.kind !== 'word' && token.kind !== 'identifier') return false;
	if (dateRangeAt(tokens, at, now)) return true;
	// Names mostly have capitals, words of the grammar mostly do not.
	if (isProper(token)) return false;
	const isGrammar = [
		WITH,
		WITHOUT,
		COMPARISONS,
		NOT,
		AND,
		OR,
		BETWEEN,
		GROUP,
		BY,
		SORT,
		SHOW,
		NAMED,
		PREPOSITIONS,
		FILLERS,
		CONTAINS,
	].some((table) => table.at(tokens, at) !== null);
	return (
		isGrammar || AFTER_NAMES.test(token.stem) || fields.at(tokens, at) !== null || states.at(tokens, at) !== null
	);
}
