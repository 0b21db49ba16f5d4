import type { Answer } from '../contract';
import type { JsonObject } from '../json';
import type { OdooReader } from '../odoo-reader';
import { NotUnderstood } from '../text/not-understood';
import { sayField, sayList } from '../text/say';
import type { Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { assignments, fieldAt, readAll, spanUpTo } from './assignments';
import { afterNoun, type Command, indexOf, notRead, planned, skip } from './command';
import { targetOf } from './target';

/** `create a contact named X with email y@example.com and phone 123` */
export async function planCreate(odoo: OdooReader, command: Command): Promise<Answer> {
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

/** The values that make a new record fit the noun: a company has `is_company`. */
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
export async function planWrite(odoo: OdooReader, command: Command): Promise<Answer> {
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
	const change = `Change ${target.text}: ${sayList(texts)}`;
	return {
		...planned(`${change} (now: ${old}).`, target.model, 'write', [[target.id], vals]),
		done: `${change} (before: ${old}).`,
	};
}

export const TO = /^(?:to|=|as|into)$/;

const howToWrite = ({ singular }: Subject) =>
	new NotUnderstood(
		`Say which field of which ${singular} to change to what: “set the (field) of ${singular} (name) to (value)”.`,
	);

export async function planArchive(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, vocabulary, verb } = command;
	if (!vocabulary.description.fields.has('active')) {
		throw new NotUnderstood(`${head.subject.plural} cannot be archived in Odoo.`);
	}
	const active = verb === 'unarchive';
	const target = await targetOf(odoo, command, afterNoun(command), undefined, active);
	const text = `${active ? 'Restore' : 'Archive'} ${target.text}.`;
	return planned(text, target.model, 'write', [[target.id], { active }]);
}
