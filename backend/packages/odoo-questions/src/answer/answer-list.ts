import type { JsonObject } from '../json';
import { type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, idOf, NAMED, nameOf, sayCount, sayField, sayMoney, saySums, sayValue, titleOf } from '../text/say';
import { currencyFieldOf, type Field, hasCompany, isNumeric } from '../vocabulary/fields';
import type { Resolved, Resolving } from './resolved';
import type { Said } from './said';
import { hasSeveralCompanies } from './sums';

/** How many records, or groups, are listed where no number is asked for. */
export const DEFAULT_LIMIT = 100;

/** How many lines of a document an answer names at most. */
const NAMED_LINES = 20;

interface Order {
	readonly field: FieldDescription;
	readonly descending: boolean;
}

/** Reads the records and names the first of them. @throws {NotUnderstood} */
export async function answerList(context: Resolving, request: Request, resolved: Resolved): Promise<Said> {
	const { odoo } = context;
	const { subject, domain, vocabulary } = resolved;
	// The only one that is asked for may have a number that other companies' records have, too.
	const isOne = request.limit !== null && (await hasSeveralCompanies(context, vocabulary));
	const order = orderOf(request, resolved);
	const wanted = Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS);
	const sortHere = order !== undefined && !order.field.sortable;
	const rows = await odoo.search(subject.model, {
		domain,
		fields: fieldsToShow(request, resolved, order?.field),
		...(order && !sortHere && { order: `${order.field.name} ${order.descending ? 'desc' : 'asc'}` }),
		limit: sortHere ? MAX_RECORDS : wanted,
	});
	if (sortHere && rows.length === MAX_RECORDS) {
		throw new NotUnderstood(
			`Odoo cannot sort by ${order.field.label} (it computes it anew at each reading), and there are too many ` +
				`${subject.plural} for me to do so. Narrow them down first.`,
		);
	}
	const records = sortHere ? sorted(rows, order).slice(0, wanted) : rows;
	const isCut = (request.limit ?? Infinity) > wanted && rows.length === wanted;
	const total = isCut ? await odoo.count(subject.model, domain) : records.length;
	const companies = new Set(records.flatMap(({ company_id }) => nameOf(company_id) ?? []));
	const isOfCompanies = isOne || companies.size > 1;
	return { text: sayRecords(request, resolved, records, { total, order, isOfCompanies }), records };
}

/** The field to sort by. @throws {NotUnderstood} where the model has no usual date or amount and none is named. */
export function orderOf({ order }: Request, { subject, amount, date }: Resolved): Order | undefined {
	if (!order) return undefined;
	const { by, descending } = order;
	const field = by === 'amount' ? amount : by === 'date' ? date : by;
	if (field) return { field, descending };
	const what = by === 'date' ? 'date' : 'number';
	throw new NotUnderstood(`I do not know which ${what} of ${subject.plural} is meant. Name the field.`);
}

function sorted(rows: readonly JsonObject[], { field, descending }: Order): JsonObject[] {
	const sign = descending ? -1 : 1;
	return rows.toSorted((one, other) => {
		const [left, right] = [one[field.name], other[field.name]];
		if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
		return sign * sayValue(left).localeCompare(sayValue(right));
	});
}

/** The fields that are asked for, else the model's usual ones; and those that the filters and the order are about. */
function fieldsToShow(request: Request, resolved: Resolved, order: FieldDescription | undefined): string[] {
	const { description, words } = resolved.vocabulary;
	const asked = request.show.flatMap(({ name, parts }) => parts ?? [name]);
	const usual = words?.show ?? [
		'display_name',
		...[resolved.amount, description.fields.get('state')].flatMap((field) => field?.name ?? []),
	];
	const title = words?.title ?? words?.show[0] ?? 'display_name';
	const about = [...(words?.firm ? ['state'] : []), ...resolved.fields, ...(order ? [order.name] : [])];
	const names = [...(asked.length > 0 ? [title, ...asked] : usual), ...about].filter((name) =>
		description.fields.has(name),
	);
	const currencies = names.flatMap((name) => {
		const field = description.fields.get(name);
		return (field && currencyFieldOf(resolved.vocabulary, field)?.name) ?? [];
	});
	const company = hasCompany(resolved.vocabulary) ? ['company_id'] : [];
	return [...new Set([...names, ...currencies, ...company])];
}

function sayRecords(
	request: Request,
	resolved: Resolved,
	records: readonly JsonObject[],
	{ total, order, isOfCompanies }: { total: number; order: Order | undefined; isOfCompanies: boolean },
): string {
	const by = order ? `, by ${order.field.label}, ${sayDirection(order)}` : '';
	const shown = total > records.length ? `; the first ${records.length} are shown` : '';
	const head = `${sayCount(total, resolved.subject)}${describe(resolved)}${by}${shown}`;
	const most = resolved.vocabulary.words?.document === undefined ? NAMED : NAMED_LINES;
	const named = records.slice(0, most).map((row) => {
		const values = valuesOf(row, request, resolved, order);
		// Documents of two companies may have the same number.
		const company = isOfCompanies ? nameOf(row.company_id) : undefined;
		if (company !== undefined) values.push(company);
		const title = nameOf(row[resolved.vocabulary.words?.title ?? '']) ?? titleOf(row);
		return values.length > 0 ? `${title} (${values.join(', ')})` : title;
	});
	const names = named.length > 0 ? `: ${named.join(', ')}${records.length > most ? ' …' : ''}` : '';
	return `${head}${names}.${sayTotal(resolved, records, total)}`;
}

function sayDirection({ field, descending }: Order): string {
	if (field.type === 'date' || field.type === 'datetime') return descending ? 'latest first' : 'earliest first';
	if (isNumeric(field)) return descending ? 'highest first' : 'lowest first';
	return descending ? 'from Z to A' : 'from A to Z';
}

/** The fields of a record that are asked for, else its contact and the number that the question is about. */
function valuesOf(row: JsonObject, { show }: Request, resolved: Resolved, order: Order | undefined): string[] {
	const { vocabulary, amount, fields, sums } = resolved;
	const { description, words } = vocabulary;
	const party = description.model === 'res.partner' ? undefined : vocabulary.field(words?.party);
	const about = fields.flatMap((name) => description.fields.get(name) ?? []).find(isNumeric);
	const brief = words?.brief?.flatMap((name) => description.fields.get(name) ?? []);
	const usual = brief ?? [party, order?.field ?? about ?? amount].flatMap((field) => field ?? []);
	const wanted: readonly Field[] = show.length > 0 ? show : usual;
	const values = wanted.flatMap((field) => {
		if (field.parts) return [`${field.label} ${sayParts(row, field.parts)}`];
		const value = row[field.name];
		if (value === undefined || value === titleOf(row) || (value === false && show.length === 0)) return [];
		const currency = currencyFieldOf(vocabulary, field);
		const isMoney = (currency !== undefined || field.type === 'monetary') && typeof value === 'number';
		const text = isMoney ? sayMoney(value, nameOf(row[currency?.name ?? ''])) : sayField(field, value);
		const isClear = show.length === 0 && (isMoney || !isNumeric(field));
		return [isClear ? text : `${field.label} ${text}`];
	});
	const state = description.fields.get('state');
	const isLoose = words?.firm && typeof row.state === 'string' && !words.firm.includes(row.state);
	if (state && isLoose && !resolved.saysState && !show.includes(state)) values.push(sayField(state, row.state));
	const sum = sums.get(idOf(row.id) ?? 0);
	return sum === undefined ? values : [...values, sum];
}

/** `4557 De Silva St, 94538, Fremont, California (US), United States` */
const sayParts = (row: JsonObject, parts: readonly string[]): string =>
	parts.flatMap((name) => (row[name] ? sayValue(row[name]) : [])).join(', ') || 'none';

/** The sum of the records' amounts, where all records were read. */
function sayTotal({ amount, vocabulary }: Resolved, records: readonly JsonObject[], total: number): string {
	if (amount?.type !== 'monetary' || records.length < 2 || total > records.length) return '';
	const sums = new Map<string | undefined, number>();
	const { name: currencyField = '' } = currencyFieldOf(vocabulary, amount) ?? {};
	for (const row of records) {
		const value = row[amount.name];
		if (typeof value !== 'number') return '';
		const currency = nameOf(row[currencyField]);
		sums.set(currency, (sums.get(currency) ?? 0) + value);
	}
	return ` ${amount.label} together: ${saySums(sums)}.`;
}
