import type { Match } from '../text/phrase-table';
import { NAMED, NO_NOUNS, PREPOSITIONS } from '../vocabulary/grammar-words';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { fieldAt } from './field-filters';
import { isProper, nameAt, skipArticles } from './name-at';
import type { Reading } from './reading';
import type { Filter } from './request';

/** `named Acme`, `called "Oak Desk"` */
export function namedAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const named = NAMED.at(reading.tokens, start);
	const name = named && nameAt(reading, start + named.length, vocabulary);
	if (!name) return null;
	return { value: { kind: 'name', preposition: 'named', name: name.value }, length: named.length + name.length };
}

/**
 * A preposition and a name: `of Alder & Finch`, `by Dana Whitfield`, `of customer Acme`, `in the Furniture category`
 */
export function prepositionAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const preposition = NO_NOUNS.at(tokens, start) ? null : PREPOSITIONS.at(tokens, start);
	if (!preposition) return null;
	const at = skipArticles(tokens, start + preposition.length);
	const field = vocabulary.fields.at(tokens, at);
	// `in state draft`
	const said = field && !field.value.relation ? fieldAt(reading, at, vocabulary) : null;
	if (said) return { value: said.value, length: at + said.length - start };
	if (field?.value.relation) {
		const name = nameAt(reading, at + field.length, vocabulary);
		if (name) {
			return {
				value: {
					kind: 'name',
					preposition: preposition.value,
					name: name.value,
					field: field.value,
				},
				length: at + field.length + name.length - start,
			};
		}
	}
	// In `by product`, the noun says what to group by.
	const isNoun = reading.mentions.some((mention) => mention.start === at) && !isProper(tokens[at]);
	const name = isNoun ? null : nameAt(reading, at, vocabulary);
	if (!name) return null;
	const after = at + name.length;
	const trailing = vocabulary.fields.at(tokens, after);
	if (trailing?.value.relation && trailing.value.type !== 'one2many') {
		return {
			value: { kind: 'name', preposition: preposition.value, name: name.value, field: trailing.value },
			length: after + trailing.length - start,
		};
	}
	return {
		value: { kind: 'name', preposition: preposition.value, name: name.value },
		length: after - start,
	};
}
