import { ApiError } from '../core/errors';
import { inexactIntegers } from '../core/inexact-integers';

/** Of a number that a message repeats. */
const MAX_SHOWN = 40;

/** @throws {ApiError} 400 malformed_json */
export function parseJsonBody(bytes: Uint8Array): unknown {
	const text = textOf(bytes);
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw notJson();
	}
	refuseInexact(text);
	return value;
}

/** @throws {ApiError} 400 malformed_json for a JSON text with an integer that would be rounded */
export function refuseInexact(text: string): void {
	for (const { literal } of inexactIntegers(text)) {
		const shown = literal.length > MAX_SHOWN ? `${literal.slice(0, MAX_SHOWN)}…` : literal;
		throw new ApiError(
			'malformed_json',
			`The integer ${shown} in the body is beyond 2^53, where JSON readers round; send it as a text, in quotes.`,
		);
	}
}

function textOf(bytes: Uint8Array): string {
	try {
		return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
	} catch {
		throw notJson();
	}
}

const notJson = () => new ApiError('malformed_json', 'The body is not valid JSON in UTF-8; send one JSON object.');
