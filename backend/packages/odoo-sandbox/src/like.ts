/** SQL's LIKE: `%` is any text, `_` any character, a backslash takes the next one as it is. */
export interface LikeMatcher {
	matches(text: string): boolean;
	/** How often it may look at a character of a text, whatever the text is. */
	readonly looks: number;
}

/** Patterns come from outside: matching takes as long as the text is, but for texts between two `%` that have a `_`. */
export function likeMatcher(pattern: string, ignoreCase: boolean): LikeMatcher {
	const fold = (text: string) => (ignoreCase ? text.toLowerCase() : text);
	const [first, ...others] = segmentsOf(fold(pattern));
	const last = others.pop();
	return {
		looks: 2 + others.reduce((most, { finder, characters }) => Math.max(most, finder ? 0 : characters.length), 0),
		matches(given) {
			const text = fold(given);
			let position = endAt(first, text, 0);
			if (position === null || !last) return position === text.length;
			for (const segment of others) {
				position = endOfNext(segment, text, position);
				if (position === null) return false;
			}
			const start = startBefore(text, last.characters.length);
			return start !== null && start >= position && endAt(last, text, start) !== null;
		},
	};
}

/** What stands between two `%`. */
interface Segment {
	/** A certain character each, or any one (null). */
	readonly characters: readonly (string | null)[];
	/** Where all are certain. */
	readonly finder: Finder | null;
}

type Finder = (text: string, from: number) => number | null;

function segmentsOf(pattern: string): [Segment, ...Segment[]] {
	let current: (string | null)[] = [];
	const ended: (string | null)[][] = [];
	let escaped = false;
	for (const character of pattern) {
		if (!escaped && character === '\\') {
			escaped = true;
			continue;
		}
		if (escaped || (character !== '%' && character !== '_')) current.push(character);
		else if (character === '_') current.push(null);
		else if (current.length > 0 || ended.length === 0) {
			ended.push(current);
			current = [];
		}
		escaped = false;
	}
	if (escaped) current.push('\\');
	const [first, ...others] = [...ended, current];
	return [segment(first), ...others.map(segment)];
}

function segment(characters: readonly (string | null)[]): Segment {
	return { characters, finder: characters.includes(null) ? null : finderOf(characters.join('')) };
}

/** Where the segment ends that begins there; null where it does not. */
function endAt({ characters }: Segment, text: string, start: number): number | null {
	let at = start;
	for (const character of characters) {
		if (at >= text.length) return null;
		if (character === null) at += widthAt(text, at);
		else if (text.startsWith(character, at)) at += character.length;
		else return null;
	}
	return at;
}

function endOfNext(segment: Segment, text: string, from: number): number | null {
	if (segment.finder) return segment.finder(text, from);
	for (let start = from; start < text.length; start += widthAt(text, start)) {
		const end = endAt(segment, text, start);
		if (end !== null) return end;
	}
	return null;
}

/** Where the text's last characters begin; null where it has fewer. */
function startBefore(text: string, characters: number): number | null {
	let start = text.length;
	for (let left = characters; left > 0; left--) {
		if (start === 0) return null;
		start -= start > 1 && widthAt(text, start - 2) === 2 ? 2 : 1;
	}
	return start;
}

/** A character beyond the Basic Multilingual Plane takes two places. */
const widthAt = (text: string, at: number) => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

/**
 * Finds where the next occurrence of a text ends, by Knuth, Morris and Pratt: `indexOf` looks at some texts once for each
 * character of a long one that it searches for.
 */
function finderOf(wanted: string): Finder {
	/** How much of the beginning is known again where the next character differs, by how much was found. */
	const again = new Int32Array(wanted.length + 1);
	for (let at = 1, known = 0; at < wanted.length; at++) {
		while (known > 0 && wanted.charCodeAt(at) !== wanted.charCodeAt(known)) known = again[known] ?? 0;
		if (wanted.charCodeAt(at) === wanted.charCodeAt(known)) known++;
		again[at + 1] = known;
	}
	return (text, from) => {
		for (let at = from, known = 0; at < text.length; at++) {
			while (known > 0 && text.charCodeAt(at) !== wanted.charCodeAt(known)) known = again[known] ?? 0;
			if (text.charCodeAt(at) === wanted.charCodeAt(known)) known++;
			if (known === wanted.length) return at + 1;
		}
		return null;
	};
}
