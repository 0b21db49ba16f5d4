import type { FieldDescription, OdooReader } from '../odoo-reader';
import { numberFilter } from '../question/numbers';
import type { Clause, Filter } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { sayMoney, sayNumber } from '../text/say';
import { within } from '../vocabulary/domains';
import { findNamed, findQuality } from './names';
import type { Part } from './resolved';

/** Words before the noun: a tag or a stage in `VIP customers`, else the owner in `Acme invoices`. */
export async function qualityPart(odoo: OdooReader, name: string, { vocabulary, subject }: Clause): Promise<Part> {
	const quality = await findQuality(odoo, name, vocabulary);
	if (quality) return quality;
	if (!/^\p{Lu}/u.test(name)) {
		throw new NotUnderstood(`I did not understand “${name}” in a question about ${subject.plural}.`);
	}
	const preposition = subject.model === 'res.partner' ? 'itself' : 'of';
	const owner = name.replace(/['’]s?$/, '');
	const found = await findNamed(odoo, { kind: 'name', preposition, name: owner }, vocabulary, subject.plural);
	return { ...found, notes: found.note === undefined ? [] : [found.note] };
}

/** The model's usual date is in the range. */
export function datePart(
	clause: Clause,
	date: FieldDescription | undefined,
	{ range }: Extract<Filter, { kind: 'date' }>,
): Part {
	const { timePath } = clause.subject;
	if (timePath !== undefined) {
		const domain = within({ name: timePath, type: 'datetime' }, range);
		return { domain, text: range.text };
	}
	if (!date)
		throw new NotUnderstood(`I do not know which date of ${clause.subject.plural} “${range.text}” is about.`);
	const notes = date.name === 'create_date' ? [`“${range.text}” was taken for when they were created.`] : [];
	return { domain: within(date, range), text: `${date.label} ${range.text}`, fields: [date.name], notes };
}

/** The model's usual amount compares so. */
export function amountPart(
	{ subject, vocabulary }: Clause,
	amount: FieldDescription | undefined,
	filter: Extract<Filter, { kind: 'amount' }>,
): Part {
	const { operator, value, to, unit } = filter;
	const field = amount ?? (unit === undefined ? vocabulary.field(vocabulary.words?.quantity) : undefined);
	if (!field) {
		throw new NotUnderstood(
			`I do not know which number of ${subject.plural} is meant by “${sayNumber(value)}”. Name the field, as in ` +
				`“${subject.plural} with color over ${sayNumber(value)}”.`,
		);
	}
	const isMoney = field.type === 'monetary' || unit !== undefined;
	const say = (each: number) => (isMoney ? sayMoney(each, unit) : sayNumber(each));
	const filterOf = numberFilter(field, { operator, value, to }, say);
	if (filterOf.kind !== 'domain') throw new NotUnderstood('');
	return { domain: filterOf.domain, text: filterOf.text, fields: [field.name] };
}
