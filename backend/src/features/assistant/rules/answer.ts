import type { JsonObject } from '../../../odoo/json';
import { type Answer, type DomainList, type FieldDescription, MAX_RECORDS, type ReadingOdoo } from '../planner';
import { NotUnderstood } from './not-understood';
import type { Request } from './request';
import { linkTo, type Resolved, resolve, type Resolving } from './resolve';
import { capitalized, idOf, nameOf, sayCount, sayList, sayMoney, sayNumber, saySums, sayValue, titleOf } from './say';

/** How many records are listed where no number is asked for. */
const DEFAULT_LIMIT = 100;
/** How many are named in the summary. */
const NAMED = 5;

type Aggregate = 'sum' | 'avg';

/**
 * Runs the queries that answer a request.
 * @throws {NotUnderstood}
 */
export async function answerRequest(context: Resolving, request: Request): Promise<Answer> {
	const { rank, intent, groups } = request;
	if (rank) return answerRank(context, request, rank);
	const resolved = await resolve(context, request.clause);
	const notes = [...request.notes, ...resolved.notes];
	const said =
		groups.length > 0
			? await answerGroups(context.odoo, request, resolved)
			: intent === 'list'
				? await answerList(context.odoo, request, resolved)
				: intent === 'count'
					? await answerCount(context.odoo, resolved)
					: await answerAggregate(context.odoo, request, resolved, intent);
	return {
		kind: 'answered',
		text: [said.text, ...notes].join(' '),
		...(said.records && { records: said.records }),
	};
}

interface Said {
	readonly text: string;
	readonly records?: readonly JsonObject[];
}

const describe = ({ texts }: Resolved): string => (texts.length === 0 ? '' : ` (${texts.join('; ')})`);

async function answerCount(odoo: ReadingOdoo, resolved: Resolved): Promise<Said> {
	const count = await odoo.count(resolved.subject.model, resolved.domain);
	return { text: `${sayCount(count, resolved.subject)}${describe(resolved)}.` };
}

async function answerList(odoo: ReadingOdoo, request: Request, resolved: Resolved): Promise<Said> {
	const { subject, domain } = resolved;
	const { model } = subject;
	const order = orderOf(request, resolved);
	const wanted = Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS);
	const fields = fieldsToShow(request, resolved, order?.field);
	const sortHere = order !== undefined && !order.field.sortable;
	const rows = await odoo.search(model, {
		domain,
		fields,
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
	const isCut = request.limit === null && rows.length === wanted;
	const total = isCut ? await odoo.count(model, domain) : records.length;
	return { text: sayRecords(request, resolved, records, total, order), records };
}

interface Order {
	readonly field: FieldDescription;
	readonly descending: boolean;
}

function orderOf({ order }: Request, { subject, amount, date }: Resolved): Order | undefined {
	if (!order) return undefined;
	const { by, descending } = order;
	const field = by === 'amount' ? amount : by === 'date' ? date : by;
	if (!field)
		throw new NotUnderstood(
			`I do not know which ${by === 'date' ? 'date' : 'number'} of ${subject.plural} is meant. Name the field.`,
		);
	return { field, descending };
}

function sorted(rows: readonly JsonObject[], { field, descending }: Order): JsonObject[] {
	const sign = descending ? -1 : 1;
	return rows.toSorted((one, other) => {
		const [left, right] = [one[field.name], other[field.name]];
		if (typeof left === 'number' && typeof right === 'number') return sign * (left - right);
		return sign * sayValue(left).localeCompare(sayValue(right));
	});
}

/** What is asked for, else what is usual for the model; and what the question is about. */
function fieldsToShow(request: Request, resolved: Resolved, order: FieldDescription | undefined): string[] {
	const { description, words } = resolved.vocabulary;
	const asked = request.show.map(({ name }) => name);
	const usual = words?.show ?? [
		'display_name',
		...[resolved.date, resolved.amount, description.fields.get('state')].flatMap((field) => field?.name ?? []),
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

const currencyOf = (row: JsonObject): string | undefined => nameOf(row.currency_id);

function sayRecords(
	request: Request,
	resolved: Resolved,
	records: readonly JsonObject[],
	total: number,
	order: Order | undefined,
): string {
	const { subject } = resolved;
	const count = order && request.limit !== null ? records.length : total;
	const by = order
		? `, by ${order.field.label}, ${order.descending ? 'highest or latest' : 'lowest or earliest'} first`
		: '';
	const shown = total > records.length ? `; the first ${records.length} are shown` : '';
	const head = `${sayCount(count, subject)}${describe(resolved)}${by}${shown}`;
	const named = records.slice(0, NAMED).map((row) => sayRecord(row, request, resolved, order));
	const more = records.length > NAMED ? ' …' : '';
	const names = named.length > 0 ? `: ${named.join(', ')}${more}` : '';
	return `${head}${names}.${sayTotal(resolved, records, total)}${sayCurrency(resolved, records)}`;
}

function sayRecord(
	row: JsonObject,
	{ show }: Request,
	{ vocabulary, amount }: Resolved,
	order: Order | undefined,
): string {
	const party =
		vocabulary.description.model === 'res.partner' ? undefined : vocabulary.field(vocabulary.words?.party);
	const wanted = show.length > 0 ? show : [party, order?.field ?? amount].flatMap((field) => field ?? []);
	const values = wanted.flatMap((field) => {
		const value = row[field.name];
		if (value === undefined || value === titleOf(row)) return [];
		const text =
			field.type === 'monetary' && typeof value === 'number' ? sayMoney(value, currencyOf(row)) : sayValue(value);
		return show.length > 0 ? [`${field.label} ${text}`] : value === false ? [] : [text];
	});
	return values.length > 0 ? `${titleOf(row)} (${values.join(', ')})` : titleOf(row);
}

/** What the records come to, where they are documents with an amount and all of them are there. */
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

/** Amounts are compared as they are, whatever sign the question gave them. */
function sayCurrency({ currency }: Resolved, records: readonly JsonObject[]): string {
	const others = [...new Set(records.flatMap((row) => currencyOf(row) ?? []))].filter((each) => each !== currency);
	if (currency === undefined || others.length === 0) return '';
	return ` Amounts in ${sayList(others)} were compared as they are, without conversion from ${currency}.`;
}

function measureOf({ measure }: Request, { subject, amount }: Resolved): FieldDescription {
	const field = measure ?? amount;
	if (!field)
		throw new NotUnderstood(
			`I do not know which number of ${subject.plural} is meant. Name the field, as in “total quantity of …”.`,
		);
	return field;
}

async function answerAggregate(
	odoo: ReadingOdoo,
	request: Request,
	resolved: Resolved,
	intent: Aggregate,
): Promise<Said> {
	const field = measureOf(request, resolved);
	const what = intent === 'sum' ? 'total' : 'average';
	const of = `of ${resolved.subject.plural}${describe(resolved)}`;
	if (!field.stored) {
		const { value, count } = await computeHere(odoo, resolved, field, intent);
		const note = `Odoo computes ${field.label} anew at each reading, so I read all ${count} records.`;
		return { text: `${capitalized(field.label)}, ${what} ${of}: ${sayNumber(value)}. ${note}` };
	}
	const rows = await byCurrency(odoo, resolved, resolved.domain, field, intent);
	const values = new Map(rows.map((row) => [row.currency, row.value]));
	const count = rows.reduce((sum, row) => sum + row.count, 0);
	const say = (value: number, currency: string | undefined) =>
		field.type === 'monetary' || currency !== undefined ? sayMoney(value, currency) : sayNumber(value);
	const text =
		count === 0
			? intent === 'sum'
				? say(0, undefined)
				: 'none'
			: sayList([...values].map(([currency, value]) => say(value, currency)));
	return { text: `${capitalized(field.label)}, ${what} ${of}: ${text} (${sayCount(count, resolved.subject)}).` };
}

/** One value for each currency the records are in; one for all where that is not kept with them. */
async function byCurrency(
	odoo: ReadingOdoo,
	{ subject, vocabulary }: Resolved,
	domain: DomainList,
	field: FieldDescription,
	intent: Aggregate,
) {
	const currency = vocabulary.description.fields.get('currency_id');
	const isKept = field.type === 'monetary' && currency?.stored === true;
	const rows = await odoo.group(subject.model, {
		domain,
		groupBy: isKept ? ['currency_id'] : [],
		aggregates: [{ field: field.name, function: intent }],
		limit: MAX_RECORDS,
	});
	return rows.map((row) => {
		const value = row[`${field.name}:${intent}`];
		return {
			currency: nameOf(row.currency_id),
			value: typeof value === 'number' ? value : 0,
			count: typeof row.count === 'number' ? row.count : 0,
		};
	});
}

async function computeHere(
	odoo: ReadingOdoo,
	{ subject, domain }: Resolved,
	field: FieldDescription,
	intent: Aggregate,
) {
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
	return { value: intent === 'sum' ? sum : rows.length > 0 ? sum / rows.length : 0, count: rows.length };
}

async function answerGroups(odoo: ReadingOdoo, request: Request, resolved: Resolved): Promise<Said> {
	const { subject, domain, vocabulary } = resolved;
	const { intent, groups } = request;
	const field = intent === 'count' ? undefined : (request.measure ?? resolved.amount);
	if (intent !== 'count' && intent !== 'list') measureOf(request, resolved);
	if (field && !field.stored) {
		throw new NotUnderstood(`Odoo computes ${field.label} anew at each reading, so it cannot be grouped.`);
	}
	const how = intent === 'avg' ? 'avg' : 'sum';
	const isMoney = field?.type === 'monetary' && vocabulary.description.fields.get('currency_id')?.stored === true;
	const levels = groups.map(({ spec }) => spec);
	const currencies = isMoney ? await byCurrency(odoo, resolved, domain, field, how) : [];
	const isMixed = currencies.length > 1 && !levels.includes('currency_id');
	const by = [...levels, ...(isMixed ? ['currency_id'] : [])];
	const wanted = Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS);
	const order = groupOrder(request, resolved, field, how);
	const records = await odoo.group(subject.model, {
		domain,
		groupBy: by,
		aggregates: field ? [{ field: field.name, function: how }] : [],
		...(order && { order }),
		limit: wanted,
	});
	const named = records.slice(0, NAMED).map((row) => {
		const keys = levels.map((level) => sayValue(row[level]));
		const count = typeof row.count === 'number' ? row.count : 0;
		const value = field ? row[`${field.name}:${how}`] : undefined;
		const currency = isMixed ? nameOf(row.currency_id) : currencies[0]?.currency;
		const amount =
			field && typeof value === 'number'
				? `${field.type === 'monetary' ? sayMoney(value, currency) : sayNumber(value)} in `
				: '';
		return `${keys.join(' / ')}: ${amount}${sayNumber(count)}`;
	});
	const what = field ? `${field.label} (${how === 'avg' ? 'average' : 'total'}) and number of ` : 'Number of ';
	const per = sayList(groups.map(({ label }) => label));
	const shown = records.length === wanted ? ` The first ${wanted} groups are shown.` : '';
	const list = named.length > 0 ? `: ${named.join('; ')}${records.length > NAMED ? ' …' : ''}` : ': none';
	return { text: `${what}${subject.plural}${describe(resolved)} by ${per}${list}.${shown}`, records };
}

/** Spans of time come in their order, everything else by what is counted or added up, when that is asked for. */
function groupOrder(request: Request, resolved: Resolved, field: FieldDescription | undefined, how: Aggregate) {
	if (!request.order) return undefined;
	const order = orderOf(request, resolved);
	const level = request.groups.find((each) => each.field.name === order?.field.name);
	const descending = request.order.descending;
	if (level) return { by: level.spec, descending };
	return { by: field ? `${field.name}:${how}` : 'count', descending };
}

/** `top 5 customers by revenue`: groups of the records that belong to them. */
async function answerRank(context: Resolving, request: Request, rank: NonNullable<Request['rank']>): Promise<Answer> {
	const dates = request.clause.filters.filter(({ kind }) => kind === 'date');
	const rest = request.clause.filters.filter(({ kind }) => kind !== 'date');
	// A time is when it was sold, not when the customer was made.
	const measured = { ...rank.clause, filters: [...rank.clause.filters, ...dates] };
	const { link, related } = await linkTo(context, request.clause, measured);
	const own = await resolve(context, { ...request.clause, filters: rest });
	const isImplied = request.clause.subject.shownBy?.includes(related.subject.model) === true;
	const narrowing = rest.length > 0 || (own.domain.length > 0 && !isImplied);
	const among = narrowing ? await idsOf(context.odoo, own) : null;
	const field = rank.by === 'sum' ? related.amount : undefined;
	if (rank.by === 'sum' && !field)
		throw new NotUnderstood(`I do not know which number of ${related.subject.plural} is meant.`);
	const records = await context.odoo.group(related.subject.model, {
		domain: [...related.domain, among ? [link.name, 'in', among] : [link.name, '!=', false]],
		groupBy: [link.name],
		aggregates: field ? [{ field: field.name, function: 'sum' }] : [],
		order: { by: field ? `${field.name}:sum` : 'count', descending: rank.descending },
		limit: Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS),
	});
	const named = records.slice(0, NAMED).map((row) => {
		const value = field ? row[`${field.name}:sum`] : row.count;
		return `${sayValue(row[link.name])} (${sayNumber(typeof value === 'number' ? value : 0)})`;
	});
	const what = `${field ? `${field.label} of` : 'number of'} ${related.subject.plural}${describe(related)}`;
	const text = `${sayCount(records.length, request.clause.subject)}${describe(own)} by ${what}, ${
		rank.descending ? 'highest' : 'lowest'
	} first${named.length > 0 ? `: ${named.join(', ')}${records.length > NAMED ? ' …' : ''}` : ''}.`;
	return {
		kind: 'answered',
		text: [text, ...request.notes, ...related.notes, ...own.notes, ...noteOf(related.subject.note)].join(' '),
		records,
	};
}

const noteOf = (note: string | undefined): string[] => (note === undefined ? [] : [note]);

async function idsOf(odoo: ReadingOdoo, { subject, domain }: Resolved): Promise<number[]> {
	const rows = await odoo.search(subject.model, { domain, fields: ['id'], limit: MAX_RECORDS });
	if (rows.length === MAX_RECORDS) {
		throw new NotUnderstood(`There are too many such ${subject.plural} to rank. Narrow them down first.`);
	}
	return rows.flatMap(({ id }) => idOf(id) ?? []);
}
