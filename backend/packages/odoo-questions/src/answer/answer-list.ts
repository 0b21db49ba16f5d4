import type { JsonObject } from '../json';
import { type FieldDescription, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import {
	currencyOf,
	describe,
	idOf,
	NAMED,
	sayCount,
	sayField,
	sayList,
	sayMoney,
	saySums,
	sayValue,
	titleOf,
} from '../text/say';
import { isNumeric } from '../vocabulary/fields';
import type { Resolved } from './resolved';
import type { Said } from './said';

/** How many records, or groups, are listed where no number is asked for. */
export const DEFAULT_LIMIT = 100;

interface Order {
	readonly field: FieldDescription;
	readonly descending: boolean;
}

/** Reads the records and names the first of them. @throws {NotUnderstood} */
export async function answerList(odoo: OdooReader, request: Request, resolved: Resolved): Promise<Said> {
	const { subject, domain } = resolved;
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
	return { text: sayRecords(request, resolved, records, total, order), records };
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
	const asked = request.show.map(({ name }) => name);
	const usual = words?.show ?? [
		'display_name',
		...[resolved.amount, description.fields.get('state')].flatMap((field) => field?.name ?? []),
	];
	const title = words?.show[0] ?? 'display_name';
	const about = [...resolved.fields, ...(order ? [order.name] : [])];
	const names = [...(asked.length > 0 ? [title, ...asked] : usual), ...about].filter((name) =>
		description.fields.has(name),
	);
	const hasMoney = names.some((name) => description.fields.get(name)?.type === 'monetary');
	const currency = hasMoney && description.fields.has('currency_id') ? ['currency_id'] : [];
	return [...new Set([...names, ...currency])];
}

function sayRecords(
	request: Request,
	resolved: Resolved,
	records: readonly JsonObject[],
	total: number,
	order: Order | undefined,
): string {
	const by = order ? `, by ${order.field.label}, ${sayDirection(order)}` : '';
	const shown = total > records.length ? `; the first ${records.length} are shown` : '';
	const head = `${sayCount(total, resolved.subject)}${describe(resolved)}${by}${shown}`;
	const named = records.slice(0, NAMED).map((row) => sayRecord(row, request, resolved, order));
	const names = named.length > 0 ? `: ${named.join(', ')}${records.length > NAMED ? ' …' : ''}` : '';
	return `${head}${names}.${sayTotal(resolved, records, total)}${sayCurrency(resolved, records)}`;
}

function sayDirection({ field, descending }: Order): string {
	if (field.type === 'date' || field.type === 'datetime') return descending ? 'latest first' : 'earliest first';
	if (isNumeric(field)) return descending ? 'highest first' : 'lowest first';
	return descending ? 'from Z to A' : 'from A to Z';
}

/**
 * A record's name with the fields that are asked for, else with its contact and the number that the question is about.
 */
function sayRecord(row: JsonObject, { show }: Request, resolved: Resolved, order: Order | undefined): string {
	const { vocabulary, amount, fields, sums } = resolved;
	const { description, words } = vocabulary;
	const party = description.model === 'res.partner' ? undefined : vocabulary.field(words?.party);
	const about = fields.flatMap((name) => description.fields.get(name) ?? []).find(isNumeric);
	const wanted = show.length > 0 ? show : [party, order?.field ?? about ?? amount].flatMap((field) => field ?? []);
	const values = wanted.flatMap((field) => {
		const value = row[field.name];
		if (value === undefined || value === titleOf(row) || (value === false && show.length === 0)) return [];
		const isMoney = field.type === 'monetary' && typeof value === 'number';
		const text = isMoney ? sayMoney(value, currencyOf(row)) : sayField(field, value);
		const isClear = show.length === 0 && (isMoney || !isNumeric(field));
		return [isClear ? text : `${field.label} ${text}`];
	});
	const sum = sums.get(idOf(row.id) ?? 0);
	if (sum !== undefined) values.push(sum);
	return values.length > 0 ? `${titleOf(row)} (${values.join(', ')})` : titleOf(row);
}

/** The sum of the records' amounts, where all records were read. */
function sayTotal({ amount }: Resolved, records: readonly JsonObject[], total: number): string {
	if (amount?.type !== 'monetary' || records.length < 2 || total > records.length) return '';
	const sums = new Map<string | undefined, number>();
	for (const row of records) {
		const value = row[amount.name];
		if (typeof value !== 'number') return '';
		sums.set(currencyOf(row), (sums.get(currencyOf(row)) ?? 0) + value);
	}
	return ` ${amount.label} together: ${saySums(sums)}.`;
}

/** Says where amounts were compared although they are in another currency than the question's. */
function sayCurrency({ currency }: Resolved, records: readonly JsonObject[]): string {
	const others = [...new Set(records.flatMap((row) => currencyOf(row) ?? []))].filter((each) => each !== currency);
	if (currency === undefined || others.length === 0) return '';
	return ` Amounts in ${sayList(others)} were compared as they are, without conversion from ${currency}.`;
}
