import type { DomainList, FieldDescription } from '../odoo-reader';
import { either, not } from '../vocabulary/domains';
import { NotUnderstood } from '../text/not-understood';
import type { Filter } from './request';

/** @throws {NotUnderstood} for what Odoo would leave out of a search. */
export function domainFilter(domain: DomainList, text: string, { name, label, searchable }: FieldDescription): Filter {
	if (!searchable) {
		throw new NotUnderstood(`Odoo cannot search by ${label} (${name}): it computes it anew at each reading.`);
	}
	return { kind: 'domain', domain, text, fields: [name] };
}

/** The field has no value, or has one. */
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

/** Both hold. */
export function bothFilters(one: Filter, other: Filter): Filter {
	if (one.kind !== 'domain' || other.kind !== 'domain') return one;
	return {
		kind: 'domain',
		domain: [...one.domain, ...other.domain],
		text: `${one.text} and ${other.text}`,
		fields: [...(one.fields ?? []), ...(other.fields ?? [])],
	};
}

/** Filters that are joined by `or` become one. */
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

/** The opposite of a filter. */
export const notFilter = (filter: Filter): Filter =>
	filter.kind === 'domain'
		? {
				kind: 'domain',
				domain: not(filter.domain),
				text: `not ${filter.text}`,
				...(filter.fields && { fields: filter.fields }),
			}
		: { kind: 'not', of: filter };

/** `%` and `_` stand for any text in Odoo's patterns. */
export const escapeLike = (text: string): string => text.replace(/[\\%_]/g, (character) => `\\${character}`);
