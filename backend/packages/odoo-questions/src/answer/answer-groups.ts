import { type FieldDescription, MAX_RECORDS } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, NAMED, sayField, sayList, sayMoney, sayNumber } from '../text/say';
import { isKept } from '../vocabulary/fields';
import { measureOf } from './answer-aggregate';
import { DEFAULT_LIMIT, orderOf } from './answer-list';
import { currenciesOf, splitOf } from './currencies';
import type { Resolved, Resolving } from './resolved';
import type { Said } from './said';
import type { Aggregation } from './sums';

/** Counts the records by group, and adds up their amounts. @throws {NotUnderstood} */
export async function answerGroups(context: Resolving, request: Request, resolved: Resolved): Promise<Said> {
	const { subject, domain, vocabulary } = resolved;
	const { intent, groups } = request;
	const isAggregate = intent === 'sum' || intent === 'avg';
	const wished = intent === 'count' ? undefined : isAggregate ? measureOf(request, resolved) : resolved.amount;
	if (isAggregate && wished && !isKept(wished)) {
		throw new NotUnderstood(`Odoo computes ${wished.label} anew at each reading, so it cannot be grouped.`);
	}
	// Amounts are always added up; other numbers, such as prices, only where a sum or an average is asked for.
	const field = wished && isKept(wished) && (isAggregate || wished.type === 'monetary') ? wished : undefined;
	const how: Aggregation = intent === 'avg' ? 'avg' : 'sum';
	// What is taken off, such as credit notes, is told as a group of its own.
	const kind = subject.negative && vocabulary.description.fields.get(subject.negative.field);
	const levels = [...groups.map(({ spec }) => spec), ...(kind ? [kind.name] : [])];
	const split = field?.type === 'monetary' ? await splitOf(context.odoo, vocabulary, field) : undefined;
	const currencies = split ? await currenciesOf(context.odoo, resolved, split) : [];
	const isMixed = currencies.length > 1 && split?.by && !levels.includes(split.by);
	const wanted = Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS);
	const order = groupOrder(request, resolved, field, how);
	const records = await context.odoo.group(subject.model, {
		domain,
		groupBy: isMixed ? [...levels, split.by] : levels,
		aggregates: field ? [{ field: field.name, function: how }] : [],
		...(order && { order }),
		limit: wanted,
	});
	const named = records.slice(0, NAMED).map((row) => {
		const keys = groups.map((level) => sayField(level.field, row[level.spec]));
		const key = [...keys, ...(kind ? [sayField(kind, row[kind.name])] : [])].join(' / ');
		const count = sayNumber(typeof row.count === 'number' ? row.count : 0);
		if (!field) return `${key}: ${count}`;
		const value = row[`${field.name}:${how}`];
		const currency = split?.currencyOf(currencies.length > 1 ? row : (currencies[0] ?? {}));
		const amount =
			typeof value !== 'number'
				? 'none'
				: field.type === 'monetary'
					? sayMoney(value, currency)
					: sayNumber(value);
		return `${key}: ${amount} (${count})`;
	});
	const what = field ? `${how === 'avg' ? 'Average' : 'Sum of'} ${field.label} and number of` : 'Number of';
	const by = sayList(groups.map(({ label }) => label));
	const list = named.length > 0 ? `${named.join('; ')}${records.length > NAMED ? ' …' : ''}` : 'none';
	const shown = records.length === wanted ? ` The first ${wanted} groups are shown.` : '';
	return { text: `${what} ${subject.plural}${describe(resolved)} by ${by}: ${list}.${shown}`, records };
}

/** The order of groups: by one of their levels, else by their aggregate or count. */
function groupOrder(request: Request, resolved: Resolved, field: FieldDescription | undefined, how: Aggregation) {
	const order = orderOf(request, resolved);
	if (!order) return undefined;
	const { descending } = order;
	const level = request.groups.find((each) => each.field.name === order.field.name);
	return { by: level?.spec ?? (field ? `${field.name}:${how}` : 'count'), descending };
}
