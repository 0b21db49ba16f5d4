import type { JsonObject } from '../json';
import type { FieldDescription, OdooReader } from '../odoo-reader';
import { NotUnderstood } from '../text/not-understood';
import type { Token } from '../text/tokenizer';
import { NAMED } from '../vocabulary/grammar-words';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { type Command, notRead, skip, textOf } from './command';
import { readValue } from './values';

interface Assignment {
	readonly field: FieldDescription;
	readonly written: string;
	/** The position of the token after the value. */
	readonly end: number;
}

/**
 * Fields with their values: `named X`, `with email y@example.com`, `and city Berlin`; a name may follow the noun at
 * once.
 */
export function assignments(command: Command, start: number): Assignment[] {
	const { tokens, vocabulary } = command;
	const found: Assignment[] = [];
	let at = start;
	while (at < tokens.length) {
		at = skip(tokens, at, /^(?:,|and|with|whose|has|having|its|their|the|a|an|set|:|;|\.|!)$/);
		if (at >= tokens.length) break;
		const named = NAMED.at(tokens, at);
		const own = vocabulary.field(['name']);
		const isName =
			named !== null || (found.length === 0 && startsName(tokens[at]) && !fieldAt(vocabulary, tokens, at));
		const field = isName ? own : fieldAt(vocabulary, tokens, at)?.field;
		if (!field) throw notRead(command, tokens.slice(at, at + 3));
		const length = named?.length ?? (isName ? 0 : (fieldAt(vocabulary, tokens, at)?.length ?? 0));
		const value = skip(tokens, at + length, /^(?::|=|is|to|of|as)$/);
		const span = spanUpTo(command, value);
		if (span.written === '') throw new NotUnderstood(`Say which value ${field.label} is to have.`);
		found.push({ field, ...span });
		at = span.end;
	}
	return found;
}

const startsName = (token: Token | undefined) =>
	token !== undefined && (token.kind === 'quoted' || token.kind === 'reference' || /^\p{Lu}/u.test(token.text));

/** The text of a value: everything up to the next field. */
export function spanUpTo(command: Command, start: number): { written: string; end: number } {
	const { tokens, vocabulary } = command;
	let end = start;
	while (end < tokens.length) {
		// “With” introduces the next field; a value that contains the word must be quoted.
		if (end > start && tokens[end]?.kind === 'word' && tokens[end]?.stem === 'with') break;
		const joint = /^(?:,|and|;)$/i.test(tokens[end]?.text ?? '');
		const next = skip(tokens, end + 1, /^(?:,|and|with|its|their|the|a|an)$/);
		if (joint && end > start && (fieldAt(vocabulary, tokens, next) || NAMED.at(tokens, next))) break;
		end += 1;
	}
	return { written: textOf(command, start, end), end };
}

export function fieldAt({ fields }: Vocabulary, tokens: readonly Token[], start: number) {
	const field = fields.at(tokens, start);
	return field && { field: field.value, length: field.length };
}

export async function readAll(odoo: OdooReader, { now }: Command, given: readonly Assignment[]) {
	const vals: JsonObject = {};
	const texts: string[] = [];
	for (const { field, written } of given) {
		if (Object.hasOwn(vals, field.name)) throw new NotUnderstood(`${field.label} is set twice.`);
		const { value, text } = await readValue(odoo, field, written, now);
		vals[field.name] = value;
		texts.push(`${field.label} ${text}`);
	}
	return { vals, texts };
}
