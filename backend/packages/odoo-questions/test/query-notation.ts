import type { JsonObject, JsonValue } from '../src/json';
import type { PlannedCall } from '../src';

/** The limit of a list, and of groups, where the question asks for no number. */
const USUAL_LIMIT = 100;

/**
 * A query on one line: `search sale.order: state = sale, amount_total > 500; order date_order desc; limit 5`,
 * `count res.partner`, `group sale.order by partner_id (amount_total:sum)`. All that is not said is as usual: a limit of
 * 100, and the count of each group. Which fields are read is not said at all.
 */
export function sayQuery({ model, method, args, kwargs }: PlannedCall): string {
	const { order, limit } = kwargs;
	const domain = sayDomain(listOf(args[0]));
	return [
		`${VERBS[method] ?? method} ${model}${sayGroups(kwargs)}${domain === '' ? '' : `: ${domain}`}`,
		...(order === undefined ? [] : [`order ${sayValue(order)}`]),
		...(limit === undefined || limit === USUAL_LIMIT ? [] : [`limit ${sayValue(limit)}`]),
	].join('; ');
}

const VERBS: Readonly<Record<string, string>> = {
	search_read: 'search',
	search_count: 'count',
	formatted_read_group: 'group',
};

function sayGroups({ groupby, aggregates }: JsonObject): string {
	const levels = listOf(groupby);
	const sums = listOf(aggregates).filter((each) => each !== '__count');
	const by = levels.length === 0 ? '' : ` by ${levels.map(sayValue).join(', ')}`;
	return sums.length === 0 ? by : `${by} (${sums.map(sayValue).join(', ')})`;
}

/** Odoo's prefix notation, with its operators between their operands. */
function sayDomain(domain: readonly JsonValue[]): string {
	const rest = [...domain];
	const operand = (): string => {
		const item = rest.shift();
		if (item === '!') return `not ${operand()}`;
		if (item === '|') return `(${operand()} or ${operand()})`;
		if (item === '&') return `(${operand()} and ${operand()})`;
		const span = saySpan(item, rest[0]);
		if (span === null) return listOf(item).map(sayValue).join(' ');
		rest.shift();
		return span;
	};
	const operands: string[] = [];
	while (rest.length > 0) operands.push(operand());
	return operands.join(', ');
}

/**
 * `date_order 2026-03-01..2026-04-01`: two conditions, from the first day until before the last; with ` 0:00` behind it
 * both are times. Null where it is no such pair.
 */
function saySpan(first: JsonValue | undefined, second: JsonValue | undefined): string | null {
	const [field, from, start] = listOf(first).map(sayValue);
	const [other, until, end] = listOf(second).map(sayValue);
	if (field !== other || from !== '>=' || until !== '<') return null;
	if (start?.endsWith(MIDNIGHT) !== end?.endsWith(MIDNIGHT)) return null;
	return `${field} ${start?.replace(MIDNIGHT, '')}..${end}`;
}

const MIDNIGHT = ' 0:00';

/** Texts stand without quotes. */
function sayValue(value: JsonValue | undefined): string {
	if (Array.isArray(value)) return `[${value.map(sayValue).join(', ')}]`;
	if (typeof value !== 'string' || value === '') return JSON.stringify(value);
	return value.replace(/ 00:00:00$/, MIDNIGHT);
}

const listOf = (value: JsonValue | undefined): readonly JsonValue[] => (Array.isArray(value) ? value : []);
