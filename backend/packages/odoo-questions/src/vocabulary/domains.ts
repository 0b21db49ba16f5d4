import type { JsonValue } from '../json';
import type { DomainList } from '../odoo-reader';
import type { FieldDescription } from '../odoo-reader';
import { type DateRange, isoDay } from '../dates/periods';

/** Conditions that must all hold, each in Odoo's prefix notation. */
export const all = (...domains: readonly DomainList[]): DomainList => domains.flat();

/** The domain as one operand: the `&` that Odoo thinks of between its conditions, written out. */
function asOperand(domain: DomainList): DomainList {
	let operands = 0;
	for (const item of domain.toReversed()) {
		if (item === '&' || item === '|') operands -= 1;
		else if (item !== '!') operands += 1;
	}
	const ands: JsonValue[] = new Array<string>(Math.max(0, operands - 1)).fill('&');
	return [...ands, ...domain];
}

/** What the domain does not hold for. */
export const not = (domain: DomainList): DomainList => ['!', ...asOperand(domain)];

/** What one of the domains holds for, or both. */
export const either = (one: DomainList, other: DomainList): DomainList => ['|', ...asOperand(one), ...asOperand(other)];

/** The days of a range in a field; times of day are UTC's, as Odoo keeps them. */
export function within({ name, type }: Pick<FieldDescription, 'name' | 'type'>, { from, to }: DateRange): DomainList {
	const time = type === 'datetime' ? ' 00:00:00' : '';
	return [...(from ? [[name, '>=', isoDay(from) + time]] : []), ...(to ? [[name, '<', isoDay(to) + time]] : [])];
}
