import { isoDay } from '../dates/calendar';
import { dateRangeAt } from '../dates/date-ranges';
import type { JsonValue } from '../json';
import type { FieldDescription, OdooReader } from '../odoo-reader';
import { escapeLike } from '../question/make-filters';
import { numberAt } from '../question/numbers';
import { NotUnderstood } from '../text/not-understood';
import { idOf, sayList, sayNumber, titleOf } from '../text/say';
import { tokenize } from '../text/tokenizer';
import { isNumeric } from '../vocabulary/fields';

/** A value as Odoo takes it, and in words. */
export interface FieldValue {
	readonly value: JsonValue;
	readonly text: string;
}

/**
 * Parses the value that a person writes for a field: a number, a day, a selection's label, a record's name.
 * @throws {NotUnderstood}
 */
export async function readValue(
	odoo: OdooReader,
	field: FieldDescription,
	written: string,
	now: Date,
): Promise<FieldValue> {
	const fail = (wanted: string): never => {
		throw new NotUnderstood(`“${written}” is no value for ${field.label}, which takes ${wanted}.`);
	};
	if (field.readonly && !field.stored)
		throw new NotUnderstood(`${field.label} is computed by Odoo and cannot be set.`);
	const tokens = tokenize(written);
	switch (field.type) {
		case 'char':
		case 'text':
		case 'html':
			return { value: written, text: `“${written}”` };
		case 'boolean': {
			const yes = /^(?:yes|true|on)$/i.test(written);
			if (!yes && !/^(?:no|false|off)$/i.test(written)) return fail('yes or no');
			return { value: yes, text: yes ? 'yes' : 'no' };
		}
		case 'date':
		case 'datetime': {
			const range = dateRangeAt(tokens, 0, now);
			const { from, to } = range?.value ?? {};
			const isDay = from && to && to.getTime() - from.getTime() === 86_400_000;
			if (!isDay || range?.length !== tokens.length) return fail('a day, such as 2026-03-31');
			const day = isoDay(from);
			return { value: field.type === 'date' ? day : `${day} 00:00:00`, text: day };
		}
		case 'selection': {
			const choice = field.selection.find(([key, label]) =>
				[key, label].some((each) => each.toLowerCase() === written.toLowerCase()),
			);
			if (!choice)
				return fail(
					sayList(
						field.selection.map(([, label]) => label),
						'or',
					),
				);
			return { value: choice[0], text: choice[1] };
		}
		case 'many2one': {
			const id = await onlyRecord(odoo, field, written);
			return { value: id, text: `“${written}”` };
		}
		default: {
			if (!isNumeric(field)) throw new NotUnderstood(`I cannot set ${field.label} (of type ${field.type}).`);
			const number = numberAt(tokens, 0);
			const isWhole = field.type !== 'integer' || Number.isInteger(number?.value.value);
			if (!number || number.length !== tokens.length || !isWhole) return fail('a number');
			return { value: number.value.value, text: sayNumber(number.value.value) };
		}
	}
}

async function onlyRecord(odoo: OdooReader, { label, relation }: FieldDescription, name: string): Promise<number> {
	const domain = [['name', '=ilike', escapeLike(name)]];
	const rows = await odoo.search(relation ?? '', { domain, fields: ['display_name'], limit: 5 });
	const [first, ...more] = rows;
	if (!first) throw new NotUnderstood(`I found nothing called “${name}” for ${label}.`);
	if (more.length > 0) {
		throw new NotUnderstood(
			`“${name}” could be any of ${sayList(rows.map(titleOf), 'or')} for ${label}; I set it only where one fits.`,
		);
	}
	return idOf(first.id) ?? 0;
}
