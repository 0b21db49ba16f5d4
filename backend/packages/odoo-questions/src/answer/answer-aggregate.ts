import { type DomainList, type FieldDescription, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, nameOf, sayCount, sayList, sayMoney, sayNumber } from '../text/say';
import { hasCurrency, isKept } from '../vocabulary/fields';
import type { Resolved } from './resolved';
import type { Said } from './said';

/** The aggregates that can be asked for. */
export type Aggregation = 'sum' | 'avg';

/** Adds up or averages one field over all records. @throws {NotUnderstood} */
export async function answerAggregate(
	odoo: OdooReader,
	request: Request,
	resolved: Resolved,
	how: Aggregation,
): Promise<Said> {
	const field = measureOf(request, resolved);
	const words = how === 'sum' ? 'in all' : 'on average';
	const say = (count: number, value: string) =>
		`${sayCount(count, resolved.subject)}${describe(resolved)}: ${field.label} ${value} ${words}.`;
	if (!isKept(field)) {
		const { value, count } = await computeHere(odoo, resolved, field, how);
		const note = `Odoo computes ${field.label} anew at each reading, so I read all of them and did the sum.`;
		return { text: `${say(count, sayNumber(value))} ${note}` };
	}
	const rows = await byCurrency(odoo, resolved, field, how);
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	const isMoney = field.type === 'monetary';
	const values = rows.map(({ value, currency }) => (isMoney ? sayMoney(value, currency) : sayNumber(value)));
	return { text: say(count, count > 0 ? sayList(values) : how === 'sum' ? '0' : 'none') };
}

/** The field to aggregate. @throws {NotUnderstood} where the question names none and the model has no usual one. */
export function measureOf({ measure }: Request, { subject, amount }: Resolved): FieldDescription {
	const field = measure ?? amount;
	if (field) return field;
	throw new NotUnderstood(
		`I do not know which number of ${subject.plural} is meant. Name the field, as in “average quantity of …”.`,
	);
}

/** The aggregate for each currency; one for all records where they do not store a currency. */
export async function byCurrency(
	odoo: OdooReader,
	{ subject, vocabulary, domain }: Pick<Resolved, 'subject' | 'vocabulary'> & { readonly domain: DomainList },
	field: FieldDescription,
	how: Aggregation,
) {
	const isMoney = field.type === 'monetary' && hasCurrency(vocabulary);
	const rows = await odoo.group(subject.model, {
		domain,
		groupBy: isMoney ? ['currency_id'] : [],
		aggregates: [{ field: field.name, function: how }],
		limit: MAX_RECORDS,
	});
	return rows.map((row) => {
		const value = row[`${field.name}:${how}`];
		return {
			currency: nameOf(row.currency_id),
			value: typeof value === 'number' ? value : 0,
			count: typeof row.count === 'number' ? row.count : 0,
		};
	});
}

/** Aggregates a field that Odoo computes anew at each reading. */
async function computeHere(odoo: OdooReader, { subject, domain }: Resolved, field: FieldDescription, how: Aggregation) {
	const rows = await odoo.search(subject.model, { domain, fields: [field.name], limit: MAX_RECORDS });
	if (rows.length === MAX_RECORDS) {
		throw new NotUnderstood(
			`Odoo cannot add ${field.label} up (it computes it anew at each reading), and there are too many ` +
				`${subject.plural} for me to do so. Narrow them down first.`,
		);
	}
	const sum = rows.reduce((total, row) => {
		const value = row[field.name];
		return total + (typeof value === 'number' ? value : 0);
	}, 0);
	return { value: how === 'sum' ? sum : rows.length > 0 ? sum / rows.length : 0, count: rows.length };
}
