import type { JsonObject, JsonValue } from '../json';
import { RecordsError } from './errors';
import type { FieldCatalog, FieldInfo } from './fields';

/** The length of a dotted path of fields, in characters. */
const MAX_PATH = 200;

/** The records that a lookup may find. */
export type LookupScope =
	/** All of them. */
	| { readonly kind: 'any' }
	/** Those of no company. */
	| { readonly kind: 'shared' }
	/** Those of that company, or of none. */
	| { readonly kind: 'company'; readonly id: number }
	/** Those of the company that is yet to be looked up, or of none. */
	| { readonly kind: 'lookup'; readonly lookup: Lookup }
	/** Those of the company that the user works in, or of none. */
	| { readonly kind: 'own' };

type LookupValue = string | number | true;

/** A record of a related model, named by values of its fields, all of which must match. */
export interface Lookup {
	/** The field that is to hold the record, */
	readonly field: string;
	/** alone, or among others. */
	readonly type: 'many2one' | 'many2many';
	readonly model: string;
	/** By field or dotted path. */
	readonly by: readonly (readonly [path: string, value: LookupValue])[];
	readonly scope: LookupScope;
	/** The scope of the record whose field it is. */
	readonly recordScope: LookupScope;
}

interface LookupInput {
	readonly field: string;
	readonly type: Lookup['type'];
	readonly model: string;
	readonly value: JsonObject;
	/** That of the record whose field it is. */
	readonly scope: LookupScope;
	/** Where it is, for messages. */
	readonly place: string;
}

/**
 * Reads `{ lookup_field: value, … }`. The scope counts where the model has companies, is none of
 * `ignoreCompanyOf`, and the record is not named by id.
 * @throws {RecordsError} for a field that is not there or cannot be searched by, and for a value to be found nowhere.
 */
export async function readLookup(
	catalog: FieldCatalog,
	ignoreCompanyOf: ReadonlySet<string>,
	{ field, type, model, value, scope, place }: LookupInput,
): Promise<Lookup> {
	const entries = Object.entries<JsonValue>(value);
	if (entries.length === 0) throw new RecordsError('invalid_value', `${place}: names no field to look for.`);
	const by: (readonly [string, LookupValue])[] = [];
	for (const [path, wanted] of entries) {
		const { type: wantedType } = await checkPath(catalog, model, path);
		by.push([path, lookupValue(path, wantedType, wanted, place)]);
	}
	const byId = entries.some(([path]) => path === 'id');
	const hasCompany = (await catalog.fields(model)).get('company_id')?.relation === 'res.company';
	const isScoped = hasCompany && !byId && !ignoreCompanyOf.has(model);
	return { field, type, model, by, scope: isScoped ? scope : { kind: 'any' }, recordScope: scope };
}

/** Numbers for texts, and texts for numbers, are taken for what the field holds. */
function lookupValue(path: string, type: string, wanted: JsonValue, place: string): LookupValue {
	const isText = type === 'char' || type === 'text' || type === 'selection';
	const value =
		typeof wanted === 'number' && isText
			? String(wanted)
			: typeof wanted === 'string' && type === 'integer' && /^\d{1,10}$/.test(wanted)
				? Number(wanted)
				: wanted;
	if (path === 'id' && !(typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31)) {
		throw new RecordsError('invalid_value', `${place}.id: must be the number of a record.`);
	}
	if (value === true || (typeof value === 'string' && value !== '')) return value;
	if (typeof value === 'number' && Number.isFinite(value)) return value;
	const detail = 'must be a text, a number or true to look for. To clear the field, give null for it as a whole.';
	throw new RecordsError('invalid_value', `${place}.${path}: ${detail}`);
}

/**
 * Sees to it that each step of a dotted path is a field that can be searched by: older versions of Odoo take a condition
 * that they cannot search by for true. Gives the last field. @throws {RecordsError}
 */
export async function checkPath(catalog: FieldCatalog, model: string, path: string): Promise<FieldInfo> {
	if (path.length > MAX_PATH) {
		throw new RecordsError('too_large', `A field's path may have at most ${MAX_PATH} characters.`);
	}
	const [first = '', ...rest] = path.split('.');
	const field = (await catalog.fields(model, [first])).get(first);
	if (!field?.searchable) throw new RecordsError('invalid_value', `${model}.${first} cannot be searched by.`);
	if (rest.length === 0) return field;
	if (field.relation !== null) return checkPath(catalog, field.relation, rest.join('.'));
	throw new RecordsError('unknown_field', `${model}.${first} is no relation, so that there is no '${path}'.`);
}
