import { z } from 'zod';
import { type Doc, encode } from '../documents';
import { readFilter } from '../filter';
import { type FindSpec, aggregate, find, project, readSort } from '../query';
import type { Stored } from '../store';
import { valuesAt } from '../paths';
import { EMPTY_ARRAY, encodeValue } from '../keys';
import { collectionSchema, command, countSchema, docSchema, ignored, noCollation } from './command';

function* bytesOf(found: Iterable<Stored>): Generator<Uint8Array> {
	for (const { bytes } of found) yield bytes;
}

function* docsOf(found: Iterable<Stored>): Generator<Doc> {
	for (const { doc } of found) yield doc;
}

function* encoded(docs: Iterable<Doc>): Generator<Uint8Array> {
	for (const doc of docs) yield encode(doc);
}

const emptyLet = z.strictObject({}).optional();

/** Commands that read documents. */
export const readCommands = {
	find: command(
		{
			find: collectionSchema,
			filter: docSchema.default({}),
			sort: docSchema.default({}),
			projection: docSchema.optional(),
			skip: countSchema.default(0),
			limit: z.number().int().default(0),
			batchSize: countSchema.optional(),
			singleBatch: z.boolean().default(false),
			collation: noCollation,
			let: emptyLet,
			hint: ignored,
			allowDiskUse: ignored,
			allowPartialResults: ignored,
			noCursorTimeout: ignored,
			oplogReplay: ignored,
			returnKey: z.literal(false).optional(),
			showRecordId: z.literal(false).optional(),
			tailable: z.literal(false).optional(),
			awaitData: z.literal(false).optional(),
		},
		({ store, cursors }, body) => {
			const filter = readFilter(body.filter);
			const collection = store.catalog.find(body.$db, body.find);
			// A negative limit means a single batch of that many (driver's legacy of OP_QUERY).
			const spec: FindSpec = { filter, sort: readSort(body.sort), skip: body.skip, limit: Math.abs(body.limit) };
			const found = collection ? find(store, collection, spec) : [];
			const { projection } = body;
			const documents =
				projection && Object.keys(projection).length > 0
					? encoded(project(docsOf(found), projection, filter))
					: bytesOf(found);
			const single = body.singleBatch || body.limit < 0;
			return cursors.open(`${body.$db}.${body.find}`, documents, body.batchSize, single);
		},
	),

	aggregate: command(
		{
			aggregate: collectionSchema,
			pipeline: z.array(docSchema),
			cursor: z.strictObject({ batchSize: countSchema.optional() }).default({}),
			collation: noCollation,
			let: emptyLet,
			hint: ignored,
			allowDiskUse: ignored,
			bypassDocumentValidation: ignored,
			explain: z.literal(false).optional(),
		},
		({ store, cursors }, body) => {
			const collection = store.catalog.find(body.$db, body.aggregate);
			const documents = encoded(aggregate(store, collection, body.pipeline));
			return cursors.open(`${body.$db}.${body.aggregate}`, documents, body.cursor.batchSize);
		},
	),

	getMore: command(
		{ getMore: z.coerce.number(), collection: z.string(), batchSize: countSchema.optional() },
		({ cursors }, body) => cursors.more(body.getMore, `${body.$db}.${body.collection}`, body.batchSize),
	),

	killCursors: command({ killCursors: z.string(), cursors: z.array(z.coerce.number()) }, ({ cursors }, body) => {
		const killed = body.cursors.filter((id) => cursors.kill(id));
		return {
			cursorsKilled: killed,
			cursorsNotFound: body.cursors.filter((id) => !killed.includes(id)),
			cursorsAlive: [],
			cursorsUnknown: [],
			ok: 1,
		};
	}),

	count: command(
		{
			count: collectionSchema,
			query: docSchema.default({}),
			skip: countSchema.default(0),
			limit: z.number().int().default(0),
			collation: noCollation,
			hint: ignored,
		},
		({ store }, body) => {
			const collection = store.catalog.find(body.$db, body.count);
			if (!collection) return { n: 0, ok: 1 };
			if (Object.keys(body.query).length === 0 && body.skip === 0 && body.limit === 0) {
				return { n: store.count(store.documentRange(collection)), ok: 1 };
			}
			let n = 0;
			const filter = readFilter(body.query);
			const found = find(store, collection, { filter, sort: [], skip: body.skip, limit: Math.abs(body.limit) });
			while (found.next().done !== true) n++;
			return { n, ok: 1 };
		},
	),

	distinct: command(
		{
			distinct: collectionSchema,
			key: z.string(),
			query: docSchema.default({}),
			collation: noCollation,
			hint: ignored,
		},
		({ store }, body) => {
			const collection = store.catalog.find(body.$db, body.distinct);
			const values = new Map<string, unknown>();
			const spec: FindSpec = { filter: readFilter(body.query), sort: [], skip: 0, limit: 0 };
			for (const { doc } of collection ? find(store, collection, spec) : []) {
				for (const value of valuesAt(doc, body.key)) {
					if (value === undefined || value === EMPTY_ARRAY) continue;
					values.set(encodeValue(value).bytes.toString('latin1'), value);
				}
			}
			return { values: [...values.entries()].sort(byKey).map(([, value]) => value), ok: 1 };
		},
	),
};

function byKey([a]: [string, unknown], [b]: [string, unknown]): number {
	return a < b ? -1 : 1;
}
