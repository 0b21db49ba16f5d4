import { type FieldDescription, MAX_RECORDS, type OdooReader } from '../odoo-reader';
import type { Request } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { describe, NAMED, nameOf, sayField, sayList, sayMoney, sayNumber } from '../text/say';
import { hasCurrency, isKept } from '../vocabulary/fields';
import { type Aggregation, byCurrency, measureOf } from './answer-aggregate';
import { DEFAULT_LIMIT, orderOf } from './answer-list';
import type { Resolved } from './resolved';
import type { Said } from './said';

/** Counts the records by group, and adds up their amounts. @throws {NotUnderstood} */
export async function answerGroups(odoo: OdooReader, request: Request, resolved: Resolved): Promise<Said> {
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
	const isMoney = field?.type === 'monetary' && hasCurrency(vocabulary);
	const levels = groups.map(({ spec }) => spec);
	const currencies = isMoney ? await byCurrency(odoo, resolved, field, how) : [];
	const isMixed = currencies.length > 1 && !levels.includes('currency_id');
	const wanted = Math.min(request.limit ?? DEFAULT_LIMIT, MAX_RECORDS);
	const order = groupOrder(request, resolved, field, how);
	const records = await odoo.group(subject.model, {
		domain,
		groupBy: isMixed ? [...levels, 'currency_id'] : levels,
		aggregates: field ? [{ field: field.name, function: how }] : [],
		...(order && { order }),
		limit: wanted,
	});
	const named = records.slice(0, NAMED).map((row) => {
		const key = groups.map((level) => sayField(level.field, row[level.spec])).join(' / ');
		const count = sayNumber(typeof row.count === 'number' ? row.count : 0);
		if (!field) return `${key}: ${count}`;
		const value = row[`${field.name}:${how}`];
		const currency = isMixed ? nameOf(row.currency_id) : currencies[0]?.currency;
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
