import { type InexactInteger, inexactIntegers } from '../core/inexact-integers';

/** Anything that JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

export interface JsonObject {
	[key: string]: JsonValue;
}

/**
 * Integers that would be rounded, beyond 2 to the power of 53, come as texts.
 *
 * @throws SyntaxError
 */
export const parseJson: (text: string) => JsonValue = (text) => {
	const value = parse(text);
	const inexact = [...inexactIntegers(text)];
	return inexact.length === 0 ? value : parse(quoted(text, inexact));
};
const parse: (text: string) => JsonValue = JSON.parse;

function quoted(text: string, integers: readonly InexactInteger[]): string {
	const parts: string[] = [];
	let done = 0;
	for (const { literal, at } of integers) {
		parts.push(text.slice(done, at), `"${literal}"`);
		done = at + literal.length;
	}
	return parts.join('') + text.slice(done);
}

export const isJsonObject = (value: JsonValue | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
