import type { JsonObject, JsonValue } from '../json';
import type { ModelFields } from './fields';
import type { LookupScope } from './lookup';
import type { SearchKey } from './vals';

/** All must match; a list means any of its values. */
export const domainOf = (searchKey: SearchKey): JsonValue[] =>
	Object.entries(searchKey).map(([path, value]) => [path, Array.isArray(value) ? 'in' : '=', value ?? false]);

/** What must be known of a record before it is updated: its lines, which are to be replaced, and its company. */
export function fieldsForUpdate(fields: ModelFields, written: readonly string[]): string[] {
	const lines = written.filter((name) => fields.get(name)?.type === 'one2many');
	return fields.get('company_id')?.relation === 'res.company' ? [...lines, 'company_id'] : lines;
}

/** The company of records to be updated where they all have the same, else the one that the user works in. */
export function scopeOf(rows: readonly JsonObject[]): LookupScope {
	const companies = new Set(rows.map(({ company_id }) => (Array.isArray(company_id) ? company_id[0] : undefined)));
	const [id] = companies;
	return companies.size === 1 && typeof id === 'number' ? { kind: 'company', id } : { kind: 'own' };
}
