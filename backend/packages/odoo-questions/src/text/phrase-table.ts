import type { Token } from './tokenizer';
import { stems } from './words';

/** A value that was read at some position of a message, and how many tokens it took. */
export interface Match<T> {
	readonly value: T;
	readonly length: number;
}

/** Finds phrases in a message, and the value that each stands for. */
export interface PhraseTable<T> {
	/** The longest phrase that begins at the token `start`; null where none does. */
	at(tokens: readonly Token[], start: number): Match<T> | null;
}

/** Builds a table. Where two entries have the same phrase, the first one is used. */
export function phraseTable<T>(entries: Iterable<readonly [phrase: string, value: T]>): PhraseTable<T> {
	const byFirst = new Map<string, { words: string[]; value: T }[]>();
	for (const [phrase, value] of entries) {
		const words = stems(phrase);
		const [first] = words;
		if (first === undefined) continue;
		const known = byFirst.get(first);
		if (known) known.push({ words, value });
		else byFirst.set(first, [{ words, value }]);
	}
	for (const phrases of byFirst.values()) phrases.sort((left, right) => right.words.length - left.words.length);
	return {
		at(tokens, start) {
			const first = tokens[start];
			if (!first || !isWordLike(first)) return null;
			const found = (byFirst.get(first.stem) ?? []).find(({ words }) =>
				words.every((word, index) => {
					const token = tokens[start + index];
					return token !== undefined && isWordLike(token) && token.stem === word;
				}),
			);
			return found ? { value: found.value, length: found.words.length } : null;
		},
	};
}

/** Quoted text is a name, so no phrase is looked for in it. */
const isWordLike = ({ kind }: Token) => kind === 'word' || kind === 'identifier' || kind === 'reference';

/** A table of phrases that all mean the same. */
export const phrases = (...all: string[]): PhraseTable<true> =>
	phraseTable(all.map((phrase) => [phrase, true] as const));
