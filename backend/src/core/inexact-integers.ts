/** An integer that JavaScript cannot keep exactly, 2 to the power of 53 or beyond, as it is written in a JSON text. */
export interface InexactInteger {
	readonly literal: string;
	/** Where it begins in the text. */
	readonly at: number;
}

/** Shorter integers are exact, so most texts are done with at a glance. */
const MAY_HOLD_ONE = /\d{16}/;
const NUMBER = /-?\d+(\.\d+)?(e[+-]?\d+)?/gi;

/** The integers in a JSON text that would be rounded, without those within its texts. */
export function* inexactIntegers(json: string): Generator<InexactInteger> {
	if (!MAY_HOLD_ONE.test(json)) return;
	for (const { start, end } of outsideOfTexts(json)) {
		for (const { 0: literal, 1: fraction, 2: exponent, index } of json.slice(start, end).matchAll(NUMBER)) {
			const isInteger = fraction === undefined && exponent === undefined;
			if (isInteger && !Number.isSafeInteger(Number(literal))) yield { literal, at: start + index };
		}
	}
}

/** Searches for the quotes instead of matching whole texts, which a regular expression cannot do where they are long. */
function* outsideOfTexts(json: string): Generator<{ readonly start: number; readonly end: number }> {
	for (let start = 0; ;) {
		const open = json.indexOf('"', start);
		yield { start, end: open === -1 ? json.length : open };
		if (open === -1) return;
		let close = json.indexOf('"', open + 1);
		while (close !== -1 && isEscaped(json, close)) close = json.indexOf('"', close + 1);
		if (close === -1) return;
		start = close + 1;
	}
}

function isEscaped(json: string, at: number): boolean {
	let backslashes = 0;
	while (json[at - 1 - backslashes] === '\\') backslashes += 1;
	return backslashes % 2 === 1;
}
