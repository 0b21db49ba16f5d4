import type { JsonObject } from '../json';
import type { DomainList, OdooReader } from '../odoo-reader';
import { escapeLike } from '../question/make-filters';
import { NotUnderstood } from '../text/not-understood';
import { currencyOf, idOf, sayList, sayMoney, sayValue, titleOf } from '../text/say';
import { NAMED } from '../vocabulary/grammar-words';
import { MODEL_WORDS } from '../vocabulary/model-words';
import type { Subject } from '../vocabulary/subjects';
import { type Command, oneAtATime, skip, textOf } from './command';

interface Target {
	readonly model: string;
	readonly id: number;
	readonly text: string;
}

/** The one record that the command names after the noun, by its name or as `id 7`. @throws {NotUnderstood} */
export async function targetOf(
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

/** Fields that help a person to see whether it is the right record. */
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
