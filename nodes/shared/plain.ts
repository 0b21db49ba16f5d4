/**
 * Values as spreadsheets, forms and expressions give them: often texts where a switch or a number is meant. What cannot be
 * read is undefined.
 */

const YES = new Set(['true', 'yes', '1']);
const NO = new Set(['false', 'no', '0']);

/** A switch. */
export function switchIn(value: unknown): boolean | undefined {
	if (typeof value === 'boolean') return value;
	if (typeof value !== 'string' && typeof value !== 'number') return undefined;
	const text = String(value).trim().toLowerCase();
	if (YES.has(text)) return true;
	return NO.has(text) ? false : undefined;
}

/**
 * A whole number, in JSON or in what came of it, that JavaScript cannot keep exactly: 2 to the power of 53 and beyond.
 * Undefined where there is none.
 */
export function roundedIn(value: unknown): string | undefined {
	if (typeof value === 'string') {
		const numbers = value.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d+(\.\d+)?(e[+-]?\d+)?/gi) ?? [];
		return numbers.find((number) => /^-?\d+$/.test(number) && !Number.isSafeInteger(Number(number)));
	}
	if (typeof value === 'number')
		return Number.isInteger(value) && !Number.isSafeInteger(value) ? String(value) : undefined;
	if (typeof value !== 'object' || value === null) return undefined;
	for (const part of Object.values(value)) {
		const found = typeof part === 'string' ? undefined : roundedIn(part);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** A whole number that is not negative and that JavaScript keeps exactly. */
export function wholeIn(value: unknown): number | undefined {
	const number = typeof value === 'string' && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
	return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
