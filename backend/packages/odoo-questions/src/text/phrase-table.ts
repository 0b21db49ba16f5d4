import type { Token } from './tokenizer';
import { stems } from './words';

/** What stands for a value at some place of a message, and over how many tokens. */
export interface Match<T> {
	readonly value: T;
	readonly length: number;
}

/** Finds the longest of many phrases that begins at a token. */
export interface PhraseTable<T> {
	at(tokens: readonly Token[], start: number): Match<T> | null;
}

/** Of two values for one phrase the first counts. */
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

/** What is quoted is a name, whatever words it has. */
const isWordLike = ({ kind }: Token) => kind === 'word' || kind === 'identifier' || kind === 'reference';

/** A table of phrases that mean the same. */
export const phrases = (...all: string[]): PhraseTable<true> =>
	phraseTable(all.map((phrase) => [phrase, true] as const));
