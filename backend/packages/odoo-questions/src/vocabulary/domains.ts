import { isoDay } from '../dates/calendar';
import type { DateRange } from '../dates/periods';
import type { JsonValue } from '../json';
import type { DomainList, FieldDescription } from '../odoo-reader';

/** The conjunction of domains. */
export const all = (...domains: readonly DomainList[]): DomainList => domains.flat();

/** The domain as one operand of prefix notation: with the `&` that Odoo implies between its conditions. */
function asOperand(domain: DomainList): DomainList {
	let operands = 0;
	for (const item of domain.toReversed()) {
		if (item === '&' || item === '|') operands -= 1;
		else if (item !== '!') operands += 1;
	}
	const ands: JsonValue[] = new Array<string>(Math.max(0, operands - 1)).fill('&');
	return [...ands, ...domain];
}

/** The negation of a domain. */
export const not = (domain: DomainList): DomainList => ['!', ...asOperand(domain)];

/** The disjunction of two domains. */
export const either = (one: DomainList, other: DomainList): DomainList => ['|', ...asOperand(one), ...asOperand(other)];

/** The domain for a date or datetime field within a range; times are in UTC, as Odoo stores them. */
export function within({ name, type }: Pick<FieldDescription, 'name' | 'type'>, { from, to }: DateRange): DomainList {
	const time = type === 'datetime' ? ' 00:00:00' : '';
	return [...(from ? [[name, '>=', isoDay(from) + time]] : []), ...(to ? [[name, '<', isoDay(to) + time]] : [])];
}
