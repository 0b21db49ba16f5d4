import type { FieldDescription, OdooReader } from '../odoo-reader';
import { numberFilter } from '../question/numbers';
import type { Clause, Filter } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { sayMoney, sayNumber } from '../text/say';
import { within } from '../vocabulary/domains';
import { inCurrency } from './currencies';
import { findNamed, findQuality } from './names';
import type { Part } from './resolved';

/** Words before the noun: a tag or a stage in `VIP customers`, else the owner in `Acme invoices`. */
export async function qualityPart(odoo: OdooReader, name: string, { vocabulary, subject }: Clause): Promise<Part> {
	const quality = await findQuality(odoo, name, vocabulary);
	if (quality) return quality;
	if (!/^\p{Lu}/u.test(name) && !subject.isOfParty) {
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

/** A field, or else the model's usual amount, compares so. */
export async function amountPart(
	odoo: OdooReader,
	{ subject, vocabulary }: Clause,
	amount: FieldDescription | undefined,
	filter: Extract<Filter, { kind: 'amount' | 'currency' }>,
): Promise<Part> {
	const { unit } = filter;
	const quantity = unit === undefined ? vocabulary.field(vocabulary.words?.quantity) : undefined;
	const field = (filter.kind === 'amount' ? filter.field : undefined) ?? amount ?? quantity;
	if (!field) {
		const number = filter.kind === 'amount' ? sayNumber(filter.value) : filter.unit;
		throw new NotUnderstood(
			`I do not know which number of ${subject.plural} is meant by “${number}”. Name the field, as in ` +
				`“${subject.plural} with color over ${filter.kind === 'amount' ? number : 1000}”.`,
		);
	}
	const currency =
		unit === undefined || unit === 'percent'
			? { domain: [], notes: [] }
			: await inCurrency(odoo, { subject, vocabulary }, field, unit);
	if (filter.kind === 'currency') return { domain: currency.domain, text: `in ${filter.unit}` };
	const isMoney = field.type === 'monetary' || unit !== undefined;
	const say = (each: number) => (isMoney ? sayMoney(each, unit) : sayNumber(each));
	const compared = numberFilter(field, filter, say);
	if (compared.kind !== 'domain') throw new NotUnderstood('');
	const { domain, text } = compared;
	return { domain: [...currency.domain, ...domain], text, fields: [field.name], notes: currency.notes };
}
