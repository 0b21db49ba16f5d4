import { type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, nameOf, sayCount, sayList, sayMoney, sayNumber } from '../text/say';
import { currencyFieldOf, isKept } from '../vocabulary/fields';
import type { Resolved, Resolving } from './resolved';
import type { Said } from './said';
import { type Aggregation, hasSeveralCompanies, sayCompanies, sayNegatives, type Sum, sumsOf, totalsOf } from './sums';

/** Counts the records; where they are documents of several companies, it says how many each has. */
export async function answerCount(context: Resolving, resolved: Resolved): Promise<Said> {
	const { subject, vocabulary, domain } = resolved;
	const { odoo } = context;
	const say = (count: number, companies = '') => ({
		text: `${sayCount(count, subject)}${describe(resolved)}${companies}.`,
	});
	if (!(await hasSeveralCompanies(context, vocabulary))) return say(await odoo.count(subject.model, domain));
	const rows = await odoo.group(subject.model, {
		domain,
		groupBy: ['company_id'],
		aggregates: [],
		limit: MAX_RECORDS,
	});
	const counts = rows.map(({ company_id, count }) => ({
		currency: undefined,
		company: nameOf(company_id),
		isNegative: false,
		value: 0,
		count: typeof count === 'number' ? count : 0,
	}));
	return say(
		countOf(counts),
		sayCompanies(counts, (ofCompany) => sayNumber(countOf(ofCompany))),
	);
}

const countOf = (sums: readonly Pick<Sum, 'count'>[]) => sums.reduce((total, { count }) => total + count, 0);

/** Adds up or averages one field over all records. @throws {NotUnderstood} */
export async function answerAggregate(
	context: Resolving,
	request: Request,
	resolved: Resolved,
	how: Aggregation,
): Promise<Said> {
	const { subject, vocabulary } = resolved;
	const field = measureOf(request, resolved);
	const words = how === 'sum' ? 'in all' : 'on average';
	const isStored = isKept(field);
	const sums = isStored ? await sumsOf(context, resolved, field, how) : await computeHere(context, resolved, field);
	const isMoney = currencyFieldOf(vocabulary, field) !== undefined || field.type === 'monetary';
	const say = (each: readonly Sum[]) =>
		sayList(
			[...totalsOf(each, how)].map(([currency, value]) =>
				isMoney ? sayMoney(value, currency) : sayNumber(value),
			),
		);
	const count = countOf(sums);
	const value = count > 0 ? say(sums) : how === 'sum' ? '0' : 'none';
	const note = isStored
		? ''
		: ` Odoo computes ${field.label} anew at each reading, so I read all of them and did the sum.`;
	const text = `${sayCount(count, subject)}${describe(resolved)}: ${field.label} ${value} ${words}`;
	return { text: `${text}${sayCompanies(sums, say)}.${sayNegatives(sums, how, subject)}${note}` };
}

/** The field to aggregate. @throws {NotUnderstood} where the question names none and the model has no usual one. */
export function measureOf({ measure }: Request, { subject, amount }: Resolved): FieldDescription {
	const field = measure ?? amount;
	if (field) return field;
	throw new NotUnderstood(
		`I do not know which number of ${subject.plural} is meant. Name the field, as in “average quantity of …”.`,
	);
}

/** Reads a field that Odoo computes anew at each reading; each record is a sum of its own. */
async function computeHere(
	{ odoo }: Resolving,
	{ subject, vocabulary, domain }: Resolved,
	field: FieldDescription,
): Promise<readonly Sum[]> {
	const currency = currencyFieldOf(vocabulary, field)?.name;
	const fields = [field.name, ...(currency === undefined ? [] : [currency])];
	const rows = await odoo.search(subject.model, { domain, fields, limit: MAX_RECORDS });
	if (rows.length === MAX_RECORDS) {
		throw new NotUnderstood(
			`Odoo cannot add ${field.label} up (it computes it anew at each reading), and there are too many ` +
				`${subject.plural} for me to do so. Narrow them down first.`,
		);
	}
	return rows.map((row) => {
		const value = row[field.name];
		return {
			currency: currency === undefined ? undefined : nameOf(row[currency]),
			company: undefined,
			isNegative: false,
			value: typeof value === 'number' ? value : 0,
			count: 1,
		};
	});
}
