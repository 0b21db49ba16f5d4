/** What one place of a pattern takes: a certain character, any one (`_`), or any text (`%`). */
type Token = { readonly char: string } | 'one' | 'any';

/**
 * SQL's LIKE: `%` is any text, `_` any character, a backslash takes the next one as it is. No pattern takes
 * longer than its length times the text's, as patterns come from outside.
 */
export function likeMatcher(pattern: string, ignoreCase: boolean): (text: string) => boolean {
	const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
	const tokens = tokenize(fold(pattern));
	return (text) => matches(tokens, Array.from(fold(text)));
}

function tokenize(pattern: string): Token[] {
	const tokens: Token[] = [];
	let escaped = false;
	for (const char of pattern) {
		if (escaped || (char !== '\\' && char !== '%' && char !== '_')) tokens.push({ char });
		else if (char === '_') tokens.push('one');
		else if (char === '%' && tokens.at(-1) !== 'any') tokens.push('any');
		escaped = !escaped && char === '\\';
	}
	return escaped ? [...tokens, { char: '\\' }] : tokens;
}

/** Goes back to the latest `%` alone: what an earlier one took needs no second look. */
function matches(tokens: readonly Token[], text: readonly string[]): boolean {
	let at = 0;
	let position = 0;
	let back: { readonly at: number; position: number } | null = null;
	while (position < text.length) {
		const token = tokens[at];
		if (token === 'any') {
			back = { at: at + 1, position };
			at += 1;
		} else if (token !== undefined && (token === 'one' || token.char === text[position])) {
			at += 1;
			position += 1;
		} else if (back) {
			back.position += 1;
			({ at, position } = back);
		} else return false;
	}
	return tokens.slice(at).every((token) => token === 'any');
}
