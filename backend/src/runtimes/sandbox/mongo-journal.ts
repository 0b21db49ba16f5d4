import { Schema, type Connection } from 'mongoose';
import { z } from 'zod';
import type { EnvironmentId } from '../../core/ids';
import { isDuplicateKey } from '../../database/connection';
import type { Change, JournalEntry, SandboxJournal } from './journal';

interface EntryDocument {
	/** The environment and the version, so that the entries of one environment lie together, in order. */
	_id: string;
	version: number;
	snapshot: boolean;
	/** The changes as JSON: field names and values are the sandbox's, not the database's to interpret. */
	changes: string;
}

const schema = new Schema<EntryDocument>(
	{
		_id: { type: String, required: true },
		version: { type: Number, required: true },
		snapshot: { type: Boolean, required: true },
		changes: { type: String, required: true },
	},
	{ collection: 'sandbox_journal', versionKey: false },
);

/** How many digits of a version are kept, for ids to sort as versions do. */
const VERSION_DIGITS = 12;
/** In bytes; MongoDB takes documents up to 16 MiB. A larger world keeps its entries. */
const LARGEST_SNAPSHOT = 15 * 1024 * 1024;

/** The journal in MongoDB: one document an entry, whose `_id` makes the first writer win and is all the index it needs. */
export function createMongoJournal(connection: Connection): SandboxJournal {
	const entries = connection.model('SandboxJournalEntry', schema);
	const entryId = (environmentId: EnvironmentId, version: number) =>
		`${environmentId}:${String(version).padStart(VERSION_DIGITS, '0')}`;
	/** Behind the ids of all its entries: `;` comes after `:`. */
	const end = (environmentId: EnvironmentId) => `${environmentId};`;

	return {
		read: async (environmentId, afterVersion) => {
			const found = await entries
				.find({ _id: { $gt: entryId(environmentId, afterVersion), $lt: end(environmentId) } })
				.sort({ _id: 1 })
				.lean();
			return found.map(({ version, snapshot, changes }): JournalEntry => ({
				version,
				snapshot,
				changes: parseChanges(changes),
			}));
		},
		append: async (environmentId, { version, snapshot, changes }) => {
			try {
				await entries.create({
					_id: entryId(environmentId, version),
					version,
					snapshot,
					changes: JSON.stringify(changes),
				});
				return true;
			} catch (error) {
				if (isDuplicateKey(error)) return false;
				throw error;
			}
		},
		compact: async (environmentId, version, changes) => {
			const json = JSON.stringify(changes);
			if (Buffer.byteLength(json) > LARGEST_SNAPSHOT) return;
			await entries.updateOne(
				{ _id: entryId(environmentId, version) },
				{ $set: { snapshot: true, changes: json } },
			);
			await entries.deleteMany({
				_id: { $gte: entryId(environmentId, 0), $lt: entryId(environmentId, version) },
			});
		},
		clear: async (environmentId) => {
			await entries.deleteMany({ _id: { $gte: entryId(environmentId, 0), $lt: end(environmentId) } });
		},
	};
}

const changesSchema: z.ZodType<Change[]> = z.array(
	z.object({
		model: z.string(),
		id: z.number(),
		row: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])).nullable(),
	}),
);

const parseChanges = (json: string): Change[] => changesSchema.parse(JSON.parse(json));
