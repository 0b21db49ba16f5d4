import type { JsonObject } from '../json';
import { RecordsError } from './errors';
import type { FieldCatalog } from './fields';

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

/** A record of a related model, named by values of its fields, all of which must match. */
export interface Lookup {
	/** The field that is to hold the record, */
	readonly field: string;
	/** alone, or among others. */
	readonly type: 'many2one' | 'many2many';
	readonly model: string;
	/** By field or dotted path, in the order of their names. */
	readonly by: readonly (readonly [path: string, value: string | number | true])[];
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
	const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
	if (entries.length === 0) throw new RecordsError('invalid_value', `${place}: names no field to look for.`);
	const by: (readonly [string, string | number | true])[] = [];
	for (const [path, wanted] of entries) {
		await checkPath(catalog, model, path);
		const isNumber = typeof wanted === 'number' && Number.isFinite(wanted);
		if (!isNumber && wanted !== true && (typeof wanted !== 'string' || wanted === '')) {
			const detail = `${place}.${path}: must be a text, a number or true to look for; null for the whole clears the field.`;
			throw new RecordsError('invalid_value', detail);
		}
		if (path === 'id' && !(isNumber && Number.isInteger(wanted) && wanted > 0 && wanted < 2 ** 31)) {
			throw new RecordsError('invalid_value', `${place}.id: must be the number of a record.`);
		}
		by.push([path, wanted]);
	}
	const byId = entries.some(([path]) => path === 'id');
	const hasCompany = (await catalog.fields(model)).get('company_id')?.relation === 'res.company';
	const isScoped = hasCompany && !byId && !ignoreCompanyOf.has(model);
	return { field, type, model, by, scope: isScoped ? scope : { kind: 'any' }, recordScope: scope };
}

/**
 * Sees to it that each step of a dotted path is a field that can be searched by: older versions of Odoo take a condition
 * that they cannot search by for true. @throws {RecordsError}
 */
export async function checkPath(catalog: FieldCatalog, model: string, path: string): Promise<void> {
	let current: string | null = model;
	for (const step of path.split('.')) {
		if (current === null) throw new RecordsError('unknown_field', `${model} has no field '${path}'.`);
		const field = (await catalog.fields(current, [step])).get(step);
		if (!field?.searchable) {
			throw new RecordsError('invalid_value', `${current}.${step} cannot be searched by.`);
		}
		current = field.relation;
	}
}
