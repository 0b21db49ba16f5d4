import type { DomainList, FieldDescription } from '../odoo-reader';
import { NotUnderstood } from '../text/not-understood';
import { either, not } from '../vocabulary/domains';
import type { Filter } from './request';

/**
 * A finished filter.
 * @throws {NotUnderstood} where Odoo cannot search by the field: older versions would ignore the condition.
 */
export function domainFilter(domain: DomainList, text: string, { name, label, searchable }: FieldDescription): Filter {
	if (!searchable) {
		throw new NotUnderstood(`Odoo cannot search by ${label} (${name}): it computes it anew at each reading.`);
	}
	return { kind: 'domain', domain, text, fields: [name] };
}

/** The field has no value where `empty`, else it has one. */
export function emptyFilter({ name, label, type }: FieldDescription, empty: boolean): Filter {
	const isText = ['char', 'text', 'html'].includes(type);
	const domain = isText
		? empty
			? ['|', [name, '=', false], [name, '=', '']]
			: [
					[name, '!=', false],
					[name, '!=', ''],
				]
		: [[name, empty ? '=' : '!=', type === 'boolean' ? true : false]];
	if (type === 'boolean') {
		return {
			kind: 'domain',
			domain: [[name, '=', !empty]],
			text: `${empty ? 'not ' : ''}${label}`,
			fields: [name],
		};
	}
	return { kind: 'domain', domain, text: `${empty ? 'without' : 'with'} ${label}`, fields: [name] };
}

/** The conjunction of two finished filters. */
export function bothFilters(one: Filter, other: Filter): Filter {
	if (one.kind !== 'domain' || other.kind !== 'domain') return one;
	return {
		kind: 'domain',
		domain: [...one.domain, ...other.domain],
		text: `${one.text} and ${other.text}`,
		fields: [...(one.fields ?? []), ...(other.fields ?? [])],
	};
}

/** The disjunction of two filters. */
export const orFilter = (one: Filter, other: Filter): Filter => {
	if (one.kind === 'domain' && other.kind === 'domain') {
		const names = [...(one.fields ?? []), ...(other.fields ?? [])];
		return {
			kind: 'domain',
			domain: either(one.domain, other.domain),
			text: `${one.text} or ${other.text}`,
			...(names.length > 0 && { fields: names }),
			...(one.amount !== undefined && one.amount === other.amount && { amount: one.amount }),
		};
	}
	return { kind: 'either', of: [one, other] };
};

/** The negation of a filter. */
export const notFilter = (filter: Filter): Filter =>
	filter.kind === 'domain'
		? {
				kind: 'domain',
				domain: not(filter.domain),
				text: `not ${filter.text}`,
				...(filter.fields && { fields: filter.fields }),
			}
		: { kind: 'not', of: filter };

/** Escapes `%` and `_`, the wildcards of Odoo's `ilike`. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);
