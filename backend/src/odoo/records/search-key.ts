import type { JsonObject, JsonValue } from '../json';
import type { FieldCatalog, ModelFields } from './fields';
import { checkPath, type LookupScope } from './lookup';
import { RecordsError } from './errors';
import type { SearchKey, UpdateVals } from './vals';

type Value = string | number | boolean | null;

/**
 * The domain of a search key: all must match; a list means any of its values. Ids that came as texts become numbers.
 * @throws {RecordsError} for a field that is not there or cannot be searched by, and for an empty value: to Odoo it means
 * every record where the field is not set, which an expression without a value in a workflow would change by mistake.
 */
export async function domainOf(catalog: FieldCatalog, model: string, searchKey: SearchKey): Promise<JsonValue[]> {
	const conditions: JsonValue[] = [];
	for (const [path, value] of Object.entries(searchKey)) {
		const { type } = await checkPath(catalog, model, path);
		const values = [value].flat();
		if (values.length === 0 || values.some((one) => isEmpty(one, type))) throw emptyValue(path);
		const read = values.map((one) => asId(one, type));
		conditions.push(Array.isArray(value) ? [path, 'in', read] : [path, '=', read[0] ?? false]);
	}
	return conditions;
}

/** What Odoo takes for "is not set" in a field of that type. */
function isEmpty(value: Value, type: string): boolean {
	if (value === null || value === '') return true;
	if (value === false) return type !== 'boolean';
	return value === 0 && RELATIONS.has(type);
}

const RELATIONS: ReadonlySet<string> = new Set(['many2one', 'many2many', 'one2many', 'many2one_reference']);

const asId = (value: Value, type: string): Value =>
	typeof value === 'string' && (type === 'integer' || type === 'many2one_reference') && /^\d{1,10}$/.test(value)
		? Number(value)
		: value;

const emptyValue = (path: string) =>
	new RecordsError(
		'invalid_value',
		`search_key.${path}: must not be empty, which would mean every record where it is not set. Give the value to look for.`,
	);

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

/**
 * What a new record is given where the search key counts for it: the payload, and what the key says besides.
 * @throws {RecordsError} for what finds records and makes none
 */
export function withSearchKey({ search_key, payload }: UpdateVals): JsonObject {
	const added = fieldsOfKeyAlone({ search_key, payload });
	for (const path of added) {
		const value = search_key[path];
		if (path === 'id') throw noNewRecord(path, 'no record has that id, and Odoo gives ids by itself');
		if (path.includes('.')) throw noNewRecord(path, 'the field of a related record');
		if (Array.isArray(value)) throw noNewRecord(path, 'a list means any of its values');
	}
	return { ...Object.fromEntries(added.map((path) => [path, search_key[path] ?? null])), ...payload };
}

/** What the search key says and the payload does not, so that a record made of the payload alone is not found by it. */
export const fieldsOfKeyAlone = ({ search_key, payload }: Pick<UpdateVals, 'search_key' | 'payload'>): string[] =>
	Object.keys(search_key).filter((path) => !Object.hasOwn(payload, path.split('.')[0] ?? ''));

const noNewRecord = (path: string, why: string) =>
	new RecordsError(
		'invalid_value',
		`The search key matches no record, and a new one cannot be given its '${path}': ${why}. Name the field in the payload.`,
	);
