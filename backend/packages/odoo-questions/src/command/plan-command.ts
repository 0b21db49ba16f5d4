import type { JsonObject, JsonValue } from '../json';
import type { Answer, PlannedCall } from '../contract';
import type { DomainList, FieldDescription, OdooReader } from '../odoo-reader';
import { BUTTONS, type Verb } from './verbs';
import { NAMED } from '../vocabulary/grammar-words';
import { escapeLike } from '../question/make-filters';
import type { Mention } from '../question/mentions';
import { MODEL_WORDS } from '../vocabulary/model-words';
import { NotUnderstood } from '../text/not-understood';
import { currencyOf, idOf, sayField, sayList, sayMoney, sayValue, titleOf } from '../text/say';
import type { Subject } from '../vocabulary/subjects';
import type { Token } from '../text/tokenizer';
import { readValue } from './values';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** A message that wishes for a change. */
export interface Command {
	readonly message: string;
	readonly tokens: readonly Token[];
	readonly verb: Verb;
	/** Where what follows the verb begins. */
	readonly start: number;
	readonly head: Mention;
	readonly vocabulary: Vocabulary;
	readonly now: Date;
}

/**
 * The calls that would carry a wish out; only names are looked up for it. One record is meant, never many.
 * @throws {NotUnderstood}
 */
export async function planCommand(odoo: OdooReader, command: Command): Promise<Answer> {
	if (command.verb !== 'set') checkBeforeNoun(command);
	switch (command.verb) {
		case 'create':
			return planCreate(odoo, command);
		case 'set':
		case 'rename':
			return planWrite(odoo, command);
		case 'archive':
		case 'unarchive':
			return planArchive(odoo, command);
		case 'delete': {
			const target = await targetOf(odoo, command, afterNoun(command));
			return planned(`Delete ${target.text}.`, target.model, 'unlink', [[target.id]]);
		}
		default:
			return planButton(odoo, command);
	}
}

/** Every word counts: `the old contact` may be another one than `the contact`. */
function checkBeforeNoun(command: Command): void {
	const { tokens, start, head } = command;
	const before = tokens.slice(start, head.start);
	if (before.some((token) => EACH.test(token.text))) throw oneAtATime(head.subject);
	const allowed = command.verb === 'create' ? /^(?:a|an|the|new|one|another)$/ : /^(?:the|a|an|this|my|our)$/;
	if (before.some((token) => !allowed.test(token.stem))) throw notRead(command, before);
}

const EACH = /^(?:all|every|each|any|both|\d+)$/i;

const oneAtATime = ({ singular }: Subject) =>
	new NotUnderstood(
		`I change one record at a time. Say which ${singular} is meant, by its name or as “${singular} id 7”.`,
	);

const planned = (
	text: string,
	model: string,
	method: string,
	args: JsonValue[],
	kwargs: JsonObject = {},
): Extract<Answer, { kind: 'planned' }> => {
	const call: PlannedCall = { model, method, args, kwargs };
	return { kind: 'planned', text, calls: [call] };
};

const afterNoun = ({ head }: Command) => head.start + head.length;

/** `create a contact named X with email y@example.com and phone 123` */
async function planCreate(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, vocabulary, verb } = command;
	const { model } = vocabulary.description;
	const given = assignments(command, afterNoun(command));
	if (given.length === 0) {
		throw new NotUnderstood(
			`Say what to ${verb}, as in “create a ${head.subject.singular} named Azure with email azure@example.com”.`,
		);
	}
	const { vals, texts } = await readAll(odoo, command, given);
	const implied = impliedVals(head.subject, vocabulary, command.now);
	const article = /^[aeiou]/.test(head.subject.singular) ? 'an' : 'a';
	const text = `Create ${article} ${head.subject.singular} with ${sayList(texts)}.`;
	return planned(text, model, 'create', [{ ...implied, ...vals }]);
}

/** What makes a record one of those that the noun is for: a company is one by `is_company`. */
function impliedVals({ base }: Subject, { description }: Vocabulary, now: Date): JsonObject {
	const vals: JsonObject = {};
	for (const condition of base?.(description, now) ?? []) {
		const [name, operator, value] = Array.isArray(condition) ? condition : [];
		if (typeof name !== 'string' || name.includes('.') || value === undefined) continue;
		if (operator === '=') vals[name] = value;
		if (operator === '>' && value === 0) vals[name] = 1;
	}
	return vals;
}

/** `set the phone of customer X to 123 and email to y@example.com`, `rename product X to Y` */
async function planWrite(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, vocabulary, tokens, verb, start } = command;
	const first = skip(tokens, start, /^(?:the|a|an)$/);
	const to = indexOf(tokens, afterNoun(command), TO);
	if (to < 0) throw howToWrite(head.subject);
	const named = fieldAt(vocabulary, tokens, first);
	const field = verb === 'rename' ? vocabulary.field(['name']) : named?.field;
	if (!field) throw new NotUnderstood(`I did not find out which field of the ${head.subject.singular} to change.`);
	if (named && verb === 'set') {
		const between = tokens.slice(first + named.length, head.start);
		if (between.some(({ stem }) => !/^(?:of|for|on|the|a)$/.test(stem))) throw notRead(command, between);
	}
	const target = await targetOf(odoo, command, afterNoun(command), to);
	const given = [{ field, ...spanUpTo(command, to + 1) }];
	given.push(...assignments(command, given[0]?.end ?? tokens.length));
	const { vals, texts } = await readAll(odoo, command, given);
	const names = Object.keys(vals);
	const [row] = await odoo.search(target.model, { domain: [['id', '=', target.id]], fields: names, limit: 1 });
	const old = given.map(({ field: each }) => sayField(each, row?.[each.name])).join(', ');
	return planned(`Change ${target.text}: ${sayList(texts)} (now: ${old}).`, target.model, 'write', [
		[target.id],
		vals,
	]);
}

const TO = /^(?:to|=|as|into)$/;

const howToWrite = ({ singular }: Subject) =>
	new NotUnderstood(
		`Say which field of which ${singular} to change to what: “set the (field) of ${singular} (name) to (value)”.`,
	);

async function planArchive(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, vocabulary, verb } = command;
	if (!vocabulary.description.fields.has('active')) {
		throw new NotUnderstood(`${head.subject.plural} cannot be archived in Odoo.`);
	}
	const active = verb === 'unarchive';
	const target = await targetOf(odoo, command, afterNoun(command), undefined, active);
	const text = `${active ? 'Restore' : 'Archive'} ${target.text}.`;
	return planned(text, target.model, 'write', [[target.id], { active }]);
}

/** `confirm order S00012`, `reset invoice INV/1 to draft`, `mark opportunity X as won` */
async function planButton(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, tokens, verb } = command;
	const { model, plural, singular } = head.subject;
	const to = verb === 'reset' || verb === 'mark' ? indexOf(tokens, afterNoun(command), TO) : tokens.length;
	const as = to < 0 ? undefined : tokens[to + 1]?.stem;
	const isSpoken = verb === 'reset' ? as === 'draft' : verb === 'mark' ? as !== undefined : true;
	const buttons = BUTTONS[model] ?? {};
	const wanted = verb === 'mark' ? as : verb;
	const button = wanted === undefined || !isSpoken ? undefined : buttons[wanted];
	if (!button) {
		const known = Object.keys(buttons);
		const can = known.length > 0 ? ` I can ${sayList(known.map(sayButton), 'or')} them.` : '';
		throw new NotUnderstood(`I do not know how to ${sayButton(verb)} ${plural}.${can}`);
	}
	const rest = tokens.slice(to + 2).filter(({ kind }) => kind !== 'mark');
	if (to < tokens.length && rest.length > 0) throw notRead(command, rest);
	const target = await targetOf(odoo, command, afterNoun(command), to);
	const verbText = wanted === 'won' || wanted === 'lost' ? `Mark as ${wanted}` : sayButton(verb);
	const text = `${verbText.charAt(0).toUpperCase()}${verbText.slice(1)} ${target.text} (${button.method} of the ${singular}).`;
	return planned(text, model, button.method, [[target.id]], button.kwargs);
}

const sayButton = (verb: string) =>
	verb === 'reset' ? 'reset to draft' : verb === 'won' || verb === 'lost' ? `mark as ${verb}` : verb;

interface Target {
	readonly model: string;
	readonly id: number;
	readonly text: string;
}

/** The one record that is named after the noun, by its name or as `id 7`. @throws {NotUnderstood} */
async function targetOf(
	odoo: OdooReader,
	command: Command,
	start: number,
	end = command.tokens.length,
	archived = false,
): Promise<Target> {
	const { tokens, head, vocabulary } = command;
	const { subject } = head;
	const { description } = vocabulary;
	const named = NAMED.at(tokens, start);
	const first = skip(tokens, start + (named?.length ?? 0), /^(?:#|:|number|no)$/);
	const id = /^id$/i.test(tokens[first]?.text ?? '') ? tokens[first + 1]?.value : undefined;
	const name = textOf(command, first, end);
	if (name === '') {
		throw new NotUnderstood(
			`Say which ${subject.singular} is meant, by its name or as “${subject.singular} id 7”.`,
		);
	}
	if (/^(?:all|every|each|with|without|from|of|that|where|older|in)$/i.test(tokens[first]?.text ?? '')) {
		throw oneAtATime(subject);
	}
	const shown = description.fields.has('amount_total') ? [...SHOWN, 'currency_id'] : SHOWN;
	const fields = ['display_name', ...shown.filter((each) => description.fields.has(each))];
	const domain = [...(id === undefined ? byName(description.model, name) : [['id', '=', id]])];
	if (archived) domain.push(['active', '=', false]);
	const rows = await odoo.search(description.model, { domain, fields, limit: 6 });
	const [only, ...more] = rows;
	if (!only)
		throw new NotUnderstood(`I found no ${archived ? 'archived ' : ''}${subject.singular} called “${name}”.`);
	if (more.length > 0) {
		const several = rows.map((row) => `${titleOf(row)} (id ${sayId(row)})`);
		throw new NotUnderstood(
			`“${name}” fits several ${subject.plural}: ${sayList(several)}. Say which, as in “${subject.singular} id ${sayId(only)}”.`,
		);
	}
	return { model: description.model, id: idOf(only.id) ?? 0, text: sayTarget(only, subject) };
}

/** What helps a person to see that it is the right record. */
const SHOWN = ['amount_total', 'partner_id'];

function sayTarget(row: JsonObject, { singular }: Subject): string {
	const amount = typeof row.amount_total === 'number' ? [sayMoney(row.amount_total, currencyOf(row))] : [];
	const party = Array.isArray(row.partner_id) ? [sayValue(row.partner_id)] : [];
	return `${singular} “${titleOf(row)}” (${[`id ${sayId(row)}`, ...party, ...amount].join(', ')})`;
}

const sayId = (row: JsonObject) => String(idOf(row.id) ?? '?');

function byName(model: string, name: string): DomainList {
	const names = MODEL_WORDS.get(model)?.ownNames ?? ['name'];
	const pattern = escapeLike(name);
	return [...new Array<string>(names.length - 1).fill('|'), ...names.map((field) => [field, '=ilike', pattern])];
}

interface Assignment {
	readonly field: FieldDescription;
	readonly written: string;
	/** Where the next one may begin. */
	readonly end: number;
}

/** `named X`, `with email y@example.com`, `, phone: 123`, `and city Berlin`; a name may follow the noun at once. */
function assignments(command: Command, start: number): Assignment[] {
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

/** What is written for a value: all up to the next field that is set. */
function spanUpTo(command: Command, start: number): { written: string; end: number } {
	const { tokens, vocabulary } = command;
	let end = start;
	while (end < tokens.length) {
		// What a field is said to be with is another field; what is none must be quoted.
		if (end > start && tokens[end]?.kind === 'word' && tokens[end]?.stem === 'with') break;
		const joint = /^(?:,|and|;)$/i.test(tokens[end]?.text ?? '');
		const next = skip(tokens, end + 1, /^(?:,|and|with|its|their|the|a|an)$/);
		if (joint && end > start && (fieldAt(vocabulary, tokens, next) || NAMED.at(tokens, next))) break;
		end += 1;
	}
	return { written: textOf(command, start, end), end };
}

function fieldAt({ fields }: Vocabulary, tokens: readonly Token[], start: number) {
	const field = fields.at(tokens, start);
	return field && { field: field.value, length: field.length };
}

async function readAll(odoo: OdooReader, { now }: Command, given: readonly Assignment[]) {
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

/** As it was written, without quotes around it and a full stop at its end. */
function textOf({ message, tokens }: Command, start: number, stop: number): string {
	let end = Math.min(stop, tokens.length);
	while (end > start && /^[.!?;,]$/.test(tokens[end - 1]?.text ?? '')) end -= 1;
	const [first, last] = [tokens[start], tokens[end - 1]];
	if (!first || !last || end <= start) return '';
	if (first === last && first.kind === 'quoted') return first.text;
	return message
		.slice(first.start, last.end)
		.replace(/[.!?]+$/, '')
		.trim();
}

function skip(tokens: readonly Token[], start: number, words: RegExp): number {
	let at = start;
	while (at < tokens.length && tokens[at]?.kind !== 'quoted' && words.test(tokens[at]?.text.toLowerCase() ?? ''))
		at += 1;
	return at;
}

const indexOf = (tokens: readonly Token[], start: number, words: RegExp): number =>
	tokens.findIndex(({ kind, text }, index) => index >= start && kind !== 'quoted' && words.test(text.toLowerCase()));

const notRead = ({ head }: Command, tokens: readonly Token[]) =>
	new NotUnderstood(
		`I did not understand “${tokens.map(({ text }) => text).join(' ')}” in a wish about a ${head.subject.singular}, and plan nothing that I did not understand.`,
	);
