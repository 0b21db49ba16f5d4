import type { CallOptions, OdooClient } from './client';
import { OdooError } from './errors';
import { isJsonObject, type JsonObject, type JsonValue } from './json';
import { RecordsError } from './records/errors';
import type { FieldCatalog } from './records/fields';
import type { SearchField } from './search-fields';

/** What is searched for, and what is shown of it. */
export interface RecordSearch {
	readonly model: string;
	/** Empty: all fields. */
	readonly fields: readonly SearchField[];
	readonly domain: JsonValue[];
	readonly limit: number | null;
	readonly order: string | null;
}

const RELATIONS: ReadonlySet<string> = new Set(['many2one', 'many2many', 'one2many']);

/** All that is found may have so many characters as JSON, as one answer of Odoo may have bytes. */
const MAX_LENGTH = 32 * 1024 * 1024;

/**
 * Finds records and reads them as they are, those behind relations in their place: a list of records for each relation
 * that fields are asked of, a many2one's too. Every relation is one call to Odoo, however many records lead to it.
 * Rejects with a `RecordsError` for fields that are not there or are no relation, and for more than can be answered, and
 * with an `OdooError`.
 */
export async function searchRecords(
	{ client, catalog, options }: { client: OdooClient; catalog: FieldCatalog; options?: CallOptions },
	{ model, fields, domain, limit, order }: RecordSearch,
): Promise<JsonObject[]> {
	const hasRelations = fields.some(({ of }) => of !== null);
	const recordsOf = async (call: Parameters<OdooClient['call']>[0]) => {
		const records = await client.call(call, options);
		if (Array.isArray(records) && records.every(isJsonObject)) return records;
		throw new OdooError('server_error', 'Odoo did not answer a list of records.');
	};

	/** Of records as they are shown: one that many lead to is read once, and shown wherever one does. */
	const lengths = new WeakMap<JsonObject, number>();

	/** Notes how long records are, with those in their place. @throws {RecordsError} where that is too much */
	const measure = (records: readonly JsonObject[], own: readonly JsonObject[], relations: readonly string[]) => {
		let sum = 0;
		for (const [index, record] of records.entries()) {
			const below = relations.flatMap((name) => record[name] ?? []).filter(isJsonObject);
			const length = below.reduce((all, one) => all + (lengths.get(one) ?? 0), JSON.stringify(own[index]).length);
			lengths.set(record, length);
			sum += length;
		}
		if (sum <= MAX_LENGTH) return;
		const detail = `The records with what their relations lead to are more than ${MAX_LENGTH} characters.`;
		throw new RecordsError('too_large', `${detail} Ask for fewer records, or for fewer levels of relations.`);
	};

	/** Puts the records behind the relations where their ids are. */
	const expand = async (of: string, records: JsonObject[], wanted: readonly SearchField[]): Promise<JsonObject[]> => {
		const names = wanted.map(({ name }) => name);
		const known = names.length > 0 ? await catalog.fields(of, names) : new Map<string, never>();
		const expanded = await Promise.all(
			wanted.flatMap(({ name, of: inner }) => {
				if (inner === null) return [];
				const { type, relation } = known.get(name) ?? { type: '', relation: null };
				if (relation === null || !RELATIONS.has(type)) {
					throw new RecordsError(
						'invalid_value',
						`'${name}' of ${of} is no relation; ask for it without {…}.`,
					);
				}
				return [behind({ name, relation, isSingle: type === 'many2one' }, inner, records)];
			}),
		);
		const shown = records.map((record) => ({
			...record,
			...Object.fromEntries(expanded.map((show) => show(record))),
		}));
		const relations = wanted.flatMap(({ name, of: inner }) => (inner === null ? [] : [name]));
		if (hasRelations) measure(shown, records, relations);
		return shown;
	};

	/** Reads all that a relation of these records leads to; answers what to show of it in each. */
	const behind = async (
		{ name, relation, isSingle }: { name: string; relation: string; isSingle: boolean },
		fields: readonly SearchField[],
		records: readonly JsonObject[],
	) => {
		const idsOf = (record: JsonObject) => idsIn(record[name], isSingle);
		const ids = [...new Set(records.flatMap(idsOf))];
		const read = () => recordsOf({ model: relation, method: 'read', args: [ids, namesOf(fields)], kwargs: {} });
		const found = await expand(relation, ids.length === 0 ? [] : await read(), fields);
		const byId = new Map(found.map((record) => [record.id, record]));
		return (record: JsonObject): [string, JsonValue] => [name, idsOf(record).flatMap((id) => byId.get(id) ?? [])];
	};

	const kwargs = {
		domain,
		fields: namesOf(fields),
		...(limit === null ? {} : { limit }),
		...(order === null ? {} : { order }),
	};
	// What is asked for is looked at before Odoo searches: older ones read fields that are not there as nothing.
	await expand(model, [], fields);
	return expand(model, await recordsOf({ model, method: 'search_read', args: [], kwargs }), fields);
}

const namesOf = (fields: readonly SearchField[]) => fields.map(({ name }) => name);

/** The ids in a relation's value: a many2one's is `[id, name]`, or false; the others' a list of ids. */
function idsIn(value: JsonValue | undefined, isSingle: boolean): number[] {
	if (!Array.isArray(value)) return [];
	const ids = isSingle ? value.slice(0, 1) : value;
	return ids.filter((id) => typeof id === 'number');
}
