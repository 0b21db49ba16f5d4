import type { Collection, Db, Filter, WithId } from 'mongodb';
import type { z } from 'zod';
import type { StoredDocument } from '../collection';

/**
 * One change of what is stored. It is frozen once a release has it: so it sees the driver's database and imports no
 * feature, whose documents go on changing.
 */
export interface Migration {
	/** What has changed when it has run, for the log. */
	readonly title: string;
	/**
	 * May be interrupted anywhere, and is then run once more from its beginning: every step goes by what it finds.
	 * Does nothing in an empty database.
	 */
	run(database: Db, signal: AbortSignal): Promise<void>;
}

/** The database cannot be brought to what this release needs; the message says what to do. */
export class MigrationError extends Error {}

const BATCH = 200;

/** What matches, some documents at a time, in the order of their ids. */
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
 * Gives a collection another name: copies it and drops it then, for the embedded engine renames none. What an
 * interrupted run has copied is copied again.
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

/** A document in the shape that the release before gave it. @throws {MigrationError} where it is in another. */
export function asBefore<T>(schema: z.ZodType<T>, collection: string, document: StoredDocument): T {
	const parsed = schema.safeParse(document);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw new MigrationError(
		`The document ${document._id} in ${collection} is not as a release wrote it ` +
			`(${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Mend it, or take it out of the database.`,
	);
}
