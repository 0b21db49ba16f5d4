import type { JsonObject } from '../json';
import { lookupsOf } from './commands';
import type { FieldCatalog } from './fields';
import type { FoundRecords } from './found-records';
import { hasFiles } from './lines';
import type { Lookup } from './lookup';
import type { PayloadReader, RecordNode } from './payload';

/** What to make, by the field that names it. */
export type AutoCreate = Readonly<Record<string, JsonObject | readonly JsonObject[]>>;

/** A record to be made for a lookup that found nothing. */
export interface MissingRecord {
	readonly lookup: Lookup;
	readonly node: RecordNode;
}

interface Plan {
	readonly found: FoundRecords;
	readonly reader: PayloadReader;
	readonly catalog: FieldCatalog;
	/** Whether writing the record is the last call: nothing undoes what was made along with it. */
	readonly canNest: boolean;
}

/**
 * Finds the records that the payload's relations name, and plans those that `auto_create` has for what is not there:
 * each once, however often it is named. Where `canNest`, what one many2many names is made along with its record; the
 * rest, which is given back, must be made before. Relations within these must exist.
 * @throws {RecordsError} `ambiguous` or `no_match`
 */
export async function findOrPlan(
	record: RecordNode,
	autoCreate: AutoCreate,
	{ found, reader, catalog, canNest }: Plan,
): Promise<MissingRecord[]> {
	const lookups = lookupsOf(record);
	await found.look(lookups);
	const missing = new Map<string, Lookup[]>();
	for (const lookup of lookups) {
		if (found.find(lookup) !== null) continue;
		const key = found.keyOf(lookup);
		missing.set(key, [...(missing.get(key) ?? []), lookup]);
	}
	const planned: (MissingRecord & { uses: readonly Lookup[] })[] = [];
	for (const uses of missing.values()) {
		for (const lookup of uses.slice(0, 1)) {
			const values = await valuesFor(lookup, autoCreate, catalog);
			const place = `auto_create.${lookup.field}`;
			const node = values && (await reader.record(lookup.model, values, { scope: lookup.recordScope, place }));
			// It has none, which this says in the module's words.
			if (!node) found.get(lookup);
			else planned.push({ lookup, node, uses });
		}
	}
	const within = planned.flatMap(({ node }) => lookupsOf(node));
	await found.look(within);
	for (const lookup of within) found.get(lookup);
	return planned.filter(({ lookup, node, uses }) => {
		const nests = canNest && uses.length === 1 && lookup.type === 'many2many' && !hasFiles(node);
		if (nests) found.nest(lookup, node);
		return !nests;
	});
}

/**
 * The first of the field's items that does not say otherwise than the lookup; what it leaves unsaid of it is added,
 * unless Odoo works it out.
 */
async function valuesFor(lookup: Lookup, autoCreate: AutoCreate, catalog: FieldCatalog): Promise<JsonObject | null> {
	const { field, model, by } = lookup;
	const items = Object.hasOwn(autoCreate, field) ? [autoCreate[field] ?? []].flat() : [];
	const isNamed = (item: JsonObject) =>
		by.every(([name, value]) => !Object.hasOwn(item, name) || item[name] === value);
	const says = (item: JsonObject) => by.every(([name]) => Object.hasOwn(item, name));
	const fitting = items.filter(isNamed);
	const item = fitting.find(says) ?? fitting[0];
	if (!item || by.some(([name]) => name === 'id')) return null;
	const fields = await catalog.fields(model);
	const added = by.filter(([name]) => fields.get(name)?.readonly === false);
	return { ...Object.fromEntries(added), ...item };
}
