import { z } from 'zod';
import type { Collection } from '../catalog';
import { type Doc, assertStorable, encodeStored } from '../documents';
import { EngineError } from '../errors';
import { readFilter } from '../filter';
import { sameValue } from '../keys';
import { find, project, readSort } from '../query';
import { type Store, Stored } from '../store';
import { applyUpdate, concernedBy, documentFromFilter, isReplacement, withId } from '../update';
import { type Engine, collectionSchema, command, docSchema, ignored, noCollation } from './command';

const updateSchema = z.custom<Doc>(
	(value) => docSchema.safeParse(value).success,
	'has to be a document: updates by an aggregation pipeline are not supported by the embedded database',
);

const updatesSchema = z.array(
	z.strictObject({
		q: docSchema,
		u: updateSchema,
		multi: z.boolean().default(false),
		upsert: z.boolean().default(false),
		arrayFilters: z.array(docSchema).default([]),
		sort: docSchema.default({}),
		collation: noCollation,
		hint: ignored,
	}),
);

const deletesSchema = z.array(
	z.strictObject({
		q: docSchema,
		limit: z.union([z.literal(0), z.literal(1)]),
		collation: noCollation,
		hint: ignored,
	}),
);

const writeOptions = {
	ordered: z.boolean().default(true),
	bypassDocumentValidation: ignored,
	let: z.undefined().optional(),
};

/** Commands that change documents. */
export const writeCommands = {
	insert: command(
		{ insert: collectionSchema, documents: z.array(docSchema).min(1), ...writeOptions },
		async ({ store }, body) => {
			const result = await store.write(() => {
				const collection = store.catalog.ensure(body.$db, body.insert);
				return each(body.documents, body.ordered, (document) => {
					refuseOperators(document);
					insert(store, collection, document);
					return 1;
				});
			});
			return { n: result.done.length, ...errorsOf(result), ok: 1 };
		},
	),

	update: command({ update: collectionSchema, updates: updatesSchema, ...writeOptions }, async (engine, body) => {
		const { store } = engine;
		const result = await store.write(() =>
			each(body.updates, body.ordered, (statement) => {
				const upsertInto = statement.upsert ? store.catalog.ensure(body.$db, body.update) : undefined;
				const collection = upsertInto ?? store.catalog.find(body.$db, body.update);
				return update(engine, collection, statement);
			}),
		);
		const upserted = result.done.flatMap(({ index, value }) =>
			value.upserted ? [{ index, _id: value.upserted['_id'] }] : [],
		);
		return {
			n: sum(result.done.map(({ value }) => value.matched)) + upserted.length,
			nModified: sum(result.done.map(({ value }) => value.modified)),
			...(upserted.length > 0 && { upserted }),
			...errorsOf(result),
			ok: 1,
		};
	}),

	delete: command({ delete: collectionSchema, deletes: deletesSchema, ...writeOptions }, async ({ store }, body) => {
		const result = await store.write(() =>
			each(body.deletes, body.ordered, ({ q, limit }) => {
				const collection = store.catalog.find(body.$db, body.delete);
				if (!collection) return 0;
				const found = [...find(store, collection, { filter: readFilter(q), sort: [], skip: 0, limit })];
				for (const stored of found) store.remove(collection, stored);
				return found.length;
			}),
		);
		return { n: sum(result.done.map(({ value }) => value)), ...errorsOf(result), ok: 1 };
	}),

	findAndModify: command(
		{
			findAndModify: collectionSchema,
			query: docSchema.default({}),
			sort: docSchema.default({}),
			remove: z.boolean().default(false),
			update: updateSchema.optional(),
			new: z.boolean().default(false),
			upsert: z.boolean().default(false),
			fields: docSchema.default({}),
			arrayFilters: z.array(docSchema).default([]),
			bypassDocumentValidation: ignored,
			let: z.undefined().optional(),
			collation: noCollation,
			hint: ignored,
		},
		async (engine, body) => {
			const { store } = engine;
			if (body.remove === (body.update !== undefined) || (body.remove && (body.new || body.upsert))) {
				throw new EngineError('FailedToParse', 'Either an update or remove: true has to be given.');
			}
			const filter = readFilter(body.query);
			const shown = (doc: Doc | undefined) => {
				if (!doc || Object.keys(body.fields).length === 0) return doc ?? null;
				return [...project([doc], body.fields, filter)][0] ?? null;
			};
			return store.write(() => {
				const collection = body.upsert
					? store.catalog.ensure(body.$db, body.findAndModify)
					: store.catalog.find(body.$db, body.findAndModify);
				if (body.update) {
					const statement = { q: body.query, u: body.update, multi: false, ...body };
					const { matched, before, after, upserted } = update(engine, collection, statement);
					return {
						lastErrorObject: {
							n: matched + (upserted ? 1 : 0),
							updatedExisting: matched > 0,
							...(upserted && { upserted: upserted['_id'] }),
						},
						value: shown(body.new ? (after ?? upserted) : before?.doc),
						ok: 1,
					};
				}
				const spec = { filter, sort: readSort(body.sort), skip: 0, limit: 1 };
				const [stored] = collection ? find(store, collection, spec) : [];
				if (collection && stored) store.remove(collection, stored);
				return { lastErrorObject: { n: stored ? 1 : 0 }, value: shown(stored?.doc), ok: 1 };
			});
		},
	),
};

function refuseOperators(document: Doc): void {
	const operator = Object.keys(document).find((key) => key.startsWith('$'));
	if (operator !== undefined) {
		throw new EngineError('BadValue', `The field name '${operator}' of a stored document may not begin with '$'.`);
	}
}

function insert(store: Store, collection: Collection, document: Doc): Doc {
	assertStorable(document);
	const doc = withId(document);
	store.insert(collection, doc);
	return doc;
}

interface Statement {
	q: Doc;
	u: Doc;
	multi: boolean;
	upsert: boolean;
	arrayFilters: Doc[];
	sort: Doc;
}

interface Updated {
	matched: number;
	modified: number;
	upserted?: Doc;
	/** The changed document, before and after. If several were changed, the last one. */
	before?: Stored;
	after?: Doc;
}

function update({ store, clock }: Engine, collection: Collection | undefined, statement: Statement): Updated {
	const filter = readFilter(statement.q);
	const replacing = isReplacement(statement.u);
	if (replacing && statement.multi)
		throw new EngineError('FailedToParse', 'A replacement changes one document only.');
	assertStorable(statement.u);
	const { arrayFilters } = statement;
	const context = { filter, arrayFilters, inserting: false, now: clock.now() };
	const limit = statement.multi ? 0 : 1;
	const found = collection
		? [...find(store, collection, { filter, sort: readSort(statement.sort), skip: 0, limit })]
		: [];
	const result: Updated = { matched: found.length, modified: 0 };
	const indexes = collection?.indexes ?? [];
	const concerned = replacing ? indexes : indexes.filter(concernedBy(statement.u));
	for (const stored of found) {
		const { doc } = stored;
		const entries = store.entriesIn(concerned, doc);
		const after = replacing ? replacement(doc, statement.u) : changed(doc, statement.u, context);
		const bytes = encodeStored(after);
		if (collection && !stored.bytes.equals(bytes)) {
			store.replace(collection, stored.id, entries, after, bytes);
			result.modified++;
		}
		result.before = new Stored(stored.id, stored.bytes);
		result.after = after;
	}
	if (collection && found.length === 0 && statement.upsert) {
		const doc = documentFromFilter(filter);
		if (!replacing) applyUpdate(doc, statement.u, { ...context, inserting: true });
		const { _id } = doc;
		result.upserted = insert(
			store,
			collection,
			replacing ? { ...(_id !== undefined && { _id }), ...statement.u } : doc,
		);
	}
	return result;
}

function replacement(doc: Doc, fields: Doc): Doc {
	refuseOtherId(doc['_id'], fields['_id'] ?? doc['_id']);
	const { _id: _, ...rest } = fields;
	return { _id: doc['_id'], ...rest };
}

/** Changes the document in place. */
function changed(doc: Doc, operators: Doc, context: Parameters<typeof applyUpdate>[2]): Doc {
	const { _id } = doc;
	applyUpdate(doc, operators, context);
	refuseOtherId(_id, doc['_id']);
	return doc;
}

function refuseOtherId(before: unknown, after: unknown): void {
	if (!sameValue(before, after)) {
		throw new EngineError(
			'ImmutableField',
			"Performing an update on the path '_id' would modify the immutable field '_id'",
		);
	}
}

interface Outcomes<T> {
	done: { index: number; value: T }[];
	errors: { index: number; error: EngineError }[];
}

/** Runs statements one by one. If they are ordered, it stops at the first that is refused. */
function each<S, T>(statements: S[], ordered: boolean, run: (statement: S) => T): Outcomes<T> {
	const outcomes: Outcomes<T> = { done: [], errors: [] };
	for (const [index, statement] of statements.entries()) {
		try {
			outcomes.done.push({ index, value: run(statement) });
		} catch (error) {
			if (!(error instanceof EngineError)) throw error;
			outcomes.errors.push({ index, error });
			if (ordered) break;
		}
	}
	return outcomes;
}

function errorsOf({ errors }: Outcomes<unknown>): Doc {
	if (errors.length === 0) return {};
	return {
		writeErrors: errors.map(({ index, error }) => ({
			index,
			code: error.code,
			errmsg: error.message,
			...error.details,
		})),
	};
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, number) => total + number, 0);
}
