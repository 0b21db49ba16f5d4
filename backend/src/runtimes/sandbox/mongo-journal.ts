import { Schema, type Connection } from 'mongoose';
import { isDuplicateKey } from '../../database/connection';
import { reaching } from '../../database/unavailable';
import { changesSchema, type JournalEntry, type SandboxJournal } from '@odoo-platform/odoo-sandbox';

interface EntryDocument {
	/** The sandbox and the version, so that the entries of one sandbox lie together, in order. */
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
	const entryId = (sandboxId: string, version: number) =>
		`${sandboxId}:${String(version).padStart(VERSION_DIGITS, '0')}`;
	/** Behind the ids of all its entries: `;` comes after `:`. */
	const end = (sandboxId: string) => `${sandboxId};`;

	return {
		read: async (sandboxId, afterVersion) => {
			const found = await reaching(() =>
				entries
					.find({ _id: { $gt: entryId(sandboxId, afterVersion), $lt: end(sandboxId) } })
					.sort({ _id: 1 })
					.lean()
					.exec(),
			);
			return found.map(({ version, snapshot, changes }): JournalEntry => ({
				version,
				snapshot,
				changes: changesSchema.parse(JSON.parse(changes)),
			}));
		},
		append: async (sandboxId, { version, snapshot, changes }) => {
			const entry = {
				_id: entryId(sandboxId, version),
				version,
				snapshot,
				changes: JSON.stringify(changes),
			};
			try {
				await reaching(() => entries.create(entry));
				return true;
			} catch (error) {
				if (isDuplicateKey(error)) return false;
				throw error;
			}
		},
		compact: async (sandboxId, version, changes) => {
			const json = JSON.stringify(changes);
			if (Buffer.byteLength(json) > LARGEST_SNAPSHOT) return;
			const made = { $set: { snapshot: true, changes: json } };
			const before = { _id: { $gte: entryId(sandboxId, 0), $lt: entryId(sandboxId, version) } };
			await reaching(() => entries.updateOne({ _id: entryId(sandboxId, version) }, made).exec());
			await reaching(() => entries.deleteMany(before).exec());
		},
		clear: async (sandboxId) => {
			const all = { _id: { $gte: entryId(sandboxId, 0), $lt: end(sandboxId) } };
			await reaching(() => entries.deleteMany(all).exec());
		},
	};
}
