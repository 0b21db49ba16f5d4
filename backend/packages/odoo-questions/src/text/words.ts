/**
 * Normalizes a word for comparison: lower case, singular. It may be crude, as both sides of a comparison are
 * normalized.
 */
export function stem(word: string): string {
	const low = word.toLowerCase().replace(/['’]s?$/, '');
	if (low.length <= 3 || !low.endsWith('s') || /(?:ss|us|is)$/.test(low)) return low;
	if (low.length > 4 && low.endsWith('ies')) return `${low.slice(0, -3)}y`;
	if (/(?:ss|x|ch|sh)es$/.test(low)) return low.slice(0, -2);
	return low.slice(0, -1);
}

/** The stems of a phrase's words. */
export const stems = (phrase: string): string[] => (phrase.match(/[\p{L}\p{M}\p{N}_.']+/gu) ?? []).map(stem);

/** Whether the word is written in the plural, as far as its form tells. */
export const isPlural = (word: string): boolean => stem(word) !== word.toLowerCase().replace(/['’]s$/, '');
