import { inPlainEnglish } from '../../core/complaint';
import type { Collection, Db, Filter, WithId } from 'mongodb';
import type { z } from 'zod';
import type { StoredDocument } from '../collection';

/**
 * One change of the stored data. It must never change once it was released. So it works on the driver's database, and
 * imports no feature, because the documents of features go on changing.
 */
export interface Migration {
	/** What it changes, for the log. */
	readonly title: string;
	/**
	 * It may be interrupted anywhere and is then run again from the beginning, so every step must go by what it finds.
	 * In an empty database it does nothing.
	 */
	run(database: Db, signal: AbortSignal): Promise<void>;
}

/** The database cannot be migrated. The message says what to do. */
export class MigrationError extends Error {}

const BATCH = 200;

/** The documents that match, in batches, in the order of their ids. */
export async function* inBatches(
	collection: Collection<StoredDocument>,
	filter: Filter<StoredDocument>,
	signal: AbortSignal,
): AsyncGenerator<WithId<StoredDocument>[]> {
	for (let after = ''; ;) {
		signal.throwIfAborted();
		const found = collection.find({ ...filter, _id: { $gt: after } });
		const batch = await found.sort({ _id: 1 }).limit(BATCH).batchSize(BATCH).toArray();
		const last = batch.at(-1);
		if (last === undefined) return;
		yield batch;
		after = last._id;
	}
}

/**
 * Gives a collection another name. It copies the documents and then drops the old collection, because the embedded
 * engine cannot rename. If it was interrupted, the next run copies everything again.
 */
export async function moveCollection(database: Db, from: string, to: string, signal: AbortSignal): Promise<void> {
	const source = database.collection<StoredDocument>(from);
	const target = database.collection<StoredDocument>(to);
	for await (const batch of inBatches(source, {}, signal)) {
		await target.bulkWrite(
			batch.map(({ _id, ...fields }) => ({
				replaceOne: { filter: { _id }, replacement: fields, upsert: true },
			})),
		);
	}
	if (await database.listCollections({ name: from }).hasNext()) await source.drop();
}

/** Parses a document of the previous release. @throws {MigrationError} if it has another shape */
export function asBefore<T>(schema: z.ZodType<T>, collection: string, document: StoredDocument): T {
	const parsed = schema.safeParse(document, inPlainEnglish);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new MigrationError(
		`The document ${document._id} in ${collection} is not as a release wrote it ` +
			`(${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Mend it, or take it out of the database.`,
	);
}
