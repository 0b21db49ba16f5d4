import type { CallOptions, OdooClient } from '../client';
import { OdooError } from '../errors';
import { isJsonObject, type JsonObject } from '../json';
import { attachFiles } from './attach-files';
import { findOrPlan, type MissingRecord } from './auto-create';
import { RecordsError } from './errors';
import type { FieldCatalog } from './fields';
import { FoundRecords } from './found-records';
import { checkSize, hasFiles, recordsWithFiles } from './lines';
import type { LookupScope } from './lookup';
import { PayloadReader, type RecordNode } from './payload';
import { MAX_RECORDS, type CreateVals, type SearchKey, type UpdateVals } from './vals';
import { domainOf, fieldsForUpdate, scopeOf, withSearchKey } from './search-key';
import { type Rollback, Work } from './work';
import { createNodes, makeMissing, writeNode } from './write';

/** A record that was made: its id and the fields that were asked for. */
export type CreatedRecord = JsonObject & { readonly id: number };
/** The records that were changed: their ids, the search key that found them, and the fields that were asked for. */
export type UpdatedRecords = JsonObject & { readonly id: number[] };

/**
 * Records by friendly values: relations named by values of the related records, lines nested, files attached. Does what
 * the webhook-routes module does, over Odoo's own API, with any version from 14 on.
 *
 * Everything is looked up before anything is written, and one call writes the record with all its lines. What takes
 * calls of its own (records made for relations, files) is undone when a later call fails.
 *
 * Rejects with a `RecordsError` for what the caller can mend, and with an `OdooError` for what Odoo refuses.
 */
export interface Records {
	/** `create_data` */
	create(model: string, vals: CreateVals, options?: CallOptions): Promise<CreatedRecord>;
	/**
	 * `update_data`: writes every record that the search key finds; their one2many lines are deleted and made anew. A field
	 * that was asked for has its value, as on create, where one record was found, else a list with that of each.
	 */
	update(model: string, vals: UpdateVals, options?: CallOptions): Promise<UpdatedRecords>;
	/** `create_update_data`: updates what the search key finds, creates where it finds nothing. */
	createOrUpdate(
		model: string,
		vals: UpdateVals,
		options?: CallOptions,
	): Promise<
		| { readonly created: true; readonly result: CreatedRecord }
		| { readonly created: false; readonly result: UpdatedRecords }
	>;
	/** The ids of the records that a search key finds: all its fields must match, a list means any of its values. */
	find(model: string, searchKey: SearchKey, options?: CallOptions): Promise<number[]>;
}

/**
 * `ignoreCompanyOf`: the models whose records a relation may name whatever their company is. `createsWithSearchKey`:
 * whether `createOrUpdate` gives a new record what the search key says, too, so that the same call finds it the next time.
 * `rollback`: after which failures what a call had made is undone; all, where it is unset.
 */
export function createRecords({
	client,
	fields: catalog,
	ignoreCompanyOf,
	createsWithSearchKey = false,
	rollback = { onRefusal: true, onError: true },
}: {
	client: OdooClient;
	fields: FieldCatalog;
	ignoreCompanyOf: ReadonlySet<string>;
	createsWithSearchKey?: boolean;
	rollback?: Rollback;
}): Records {
	const search = async (model: string, searchKey: SearchKey, fields: readonly string[], options: CallOptions) => {
		const args = [await domainOf(catalog, model, searchKey)];
		const kwargs = { fields: ['id', ...fields], limit: MAX_RECORDS + 1 };
		const rows = await client.call({ model, method: 'search_read', args, kwargs }, options);
		const records = Array.isArray(rows) ? rows.filter((row) => isJsonObject(row)) : [];
		if (records.length <= MAX_RECORDS) return records;
		throw new RecordsError('too_large', `The search key matches more than ${MAX_RECORDS} records.`);
	};

	/** Finds what the payload names, and makes what is missing of it. */
	const prepare = async (
		options: CallOptions,
		vals: CreateVals,
		input: { model: string; scope: LookupScope; isReadAfter: boolean },
	): Promise<{ node: RecordNode; found: FoundRecords; missing: MissingRecord[] }> => {
		const reader = new PayloadReader(catalog, ignoreCompanyOf);
		const node = await reader.record(input.model, vals.payload, input);
		const found = new FoundRecords(client, catalog, options);
		const canNest = !input.isReadAfter && !hasFiles(node);
		const missing = await findOrPlan(node, vals.auto_create, { found, reader, catalog, canNest });
		return { node, found, missing };
	};

	const create: Records['create'] = async (model, vals, options = {}) => {
		const work = new Work(client, options, rollback);
		await catalog.fields(model, vals.result_field);
		return work.run(async () => {
			const { node, found, missing } = await prepare(options, vals, {
				model,
				scope: { kind: 'own' },
				isReadAfter: vals.result_field.length > 0,
			});
			await makeMissing(work, missing, found);
			const written = await createNodes(work, [node], found, work.callUsing);
			await attachFiles(work, await recordsWithFiles(work.call, written));
			return readResult(work, model, written[0]?.id ?? 0, vals.result_field);
		});
	};

	const updateFound = async (
		model: string,
		vals: UpdateVals,
		rows: readonly JsonObject[],
		options: CallOptions,
	): Promise<UpdatedRecords> => {
		const work = new Work(client, options, rollback);
		const ids = rows.map(({ id }) => id).filter((id) => typeof id === 'number');
		await work.run(async () => {
			const scope = scopeOf(rows);
			const { node, found, missing } = await prepare(options, vals, { model, scope, isReadAfter: false });
			if (ids.length > 0) {
				checkSize(node, ids.length);
				await makeMissing(work, missing, found);
				await writeNode(work, { node, rows, ids, found });
			}
		});
		const read = () => readUpdated(client, options, { model, ids, fields: vals.result_field });
		return { ...vals.search_key, ...(await read()), id: ids };
	};

	const readForUpdate = async (model: string, vals: UpdateVals, options: CallOptions) => {
		const names = Object.keys(vals.payload).filter((name) => name !== 'attachment_ids');
		const fields = await catalog.fields(model, [...names, ...vals.result_field]);
		return search(model, vals.search_key, fieldsForUpdate(fields, names), options);
	};

	return {
		create,
		async update(model, vals, options = {}) {
			return updateFound(model, vals, await readForUpdate(model, vals, options), options);
		},
		async createOrUpdate(model, vals, options = {}) {
			const rows = await readForUpdate(model, vals, options);
			if (rows.length === 0) {
				const payload = createsWithSearchKey ? withSearchKey(vals) : vals.payload;
				return { created: true, result: await create(model, { ...vals, payload }, options) };
			}
			return { created: false, result: await updateFound(model, vals, rows, options) };
		},
		async find(model, searchKey, options = {}) {
			const rows = await search(model, searchKey, [], options);
			return rows.map(({ id }) => id).filter((id) => typeof id === 'number');
		},
	};
}

async function readResult(work: Work, model: string, id: number, fields: readonly string[]): Promise<CreatedRecord> {
	if (fields.length === 0) return { id };
	const rows = await work.call({ model, method: 'read', args: [[id], [...fields]], kwargs: {} });
	const row = Array.isArray(rows) ? rows[0] : undefined;
	return { ...(isJsonObject(row) ? row : {}), id };
}

/** What was written stays when it cannot be read again, which is said. */
async function readUpdated(
	client: OdooClient,
	options: CallOptions,
	{ model, ids, fields }: { model: string; ids: readonly number[]; fields: readonly string[] },
): Promise<JsonObject> {
	if (fields.length === 0) return {};
	const args = [[...ids], [...fields]];
	const answer =
		ids.length === 0
			? []
			: await client.call({ model, method: 'read', args, kwargs: {} }, options).catch(writtenAllTheSame);
	const rows = Array.isArray(answer) ? answer.filter((row) => isJsonObject(row)) : [];
	const byId = new Map(rows.map((row) => [row.id, row]));
	return Object.fromEntries(
		fields.map((field) => {
			const values = ids.map((id) => byId.get(id)?.[field] ?? null);
			const [only = null, ...others] = values;
			return [field, values.length > 0 && others.length === 0 ? only : values];
		}),
	);
}

function writtenAllTheSame(error: unknown): never {
	if (!(error instanceof OdooError)) throw error;
	const detail = `${error.message} The records were written all the same; only their result_field could not be read.`;
	throw new RecordsError('left_behind', detail, { cause: error });
}
