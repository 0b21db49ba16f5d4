import { setImmediate as nextTurn } from 'node:timers/promises';
import { JsonBytes } from '../../core/json-bytes';
import { OdooError } from '../errors';
import type { JsonValue } from '../json';
import type { Reading } from './reading';

/** What the service itself works with, of one answer: values in all, and values that are read without a pause. */
const MAX_VALUES = 500_000;
const MAX_VALUES_AT_ONCE = 50_000;

const parse: (text: string) => JsonValue = JSON.parse;

/** The result of a large answer, which may be handed on without being read. */
export class LargeResult {
	readonly json: JsonBytes;

	constructor(private readonly reading: Extract<Reading, { kind: 'result' }>) {
		this.json = new JsonBytes(reading.pieces);
	}

	/**
	 * What it says, read piece by piece, so that others have the thread in between.
	 * Rejects with an `OdooError` where it is too much to work with.
	 */
	async value(): Promise<JsonValue> {
		const { pieces, values, most } = this.reading;
		if (values > MAX_VALUES || most > MAX_VALUES_AT_ONCE) {
			throw new OdooError(
				'too_large',
				`The answer holds too much to be worked with: at most ${MAX_VALUES} values, and ${MAX_VALUES_AT_ONCE} in ` +
					'one record. Ask for fewer records or fields at a time.',
			);
		}
		const [first, ...others] = pieces.map((piece) => Buffer.from(piece.buffer));
		if (first === undefined || others.length === 0) return parse(String(first));
		const isList = first.toString('latin1', 0, 1) === '[';
		const parts: JsonValue[] = [];
		for (const [index, piece] of [first, ...others].entries()) {
			const text = piece.toString();
			// Each begins with what opens the whole or with a comma; the last one ends with what closes it.
			const items = (index === others.length ? text.slice(0, -1) : text).slice(1);
			parts.push(parse(isList ? `[${items}]` : `{${items}}`));
			await nextTurn();
		}
		return isList ? parts.flat(1) : Object.fromEntries(parts.flatMap((part) => Object.entries(part ?? {})));
	}
}
