import { Schema, type Connection } from 'mongoose';
import { z } from 'zod';
import type { EnvironmentId } from '../../core/ids';
import type { Change, JournalEntry, SandboxJournal } from './journal';

interface EntryDocument {
	_id: string;
	environment_id: string;
	version: number;
	snapshot: boolean;
	/** The changes as JSON: field names and values are the sandbox's, not the database's to interpret. */
	changes: string;
}

const schema = new Schema<EntryDocument>(
	{
		_id: { type: String, required: true },
		environment_id: { type: String, required: true },
		version: { type: Number, required: true },
		snapshot: { type: Boolean, required: true },
		changes: { type: String, required: true },
	},
	{ collection: 'sandbox_journal', versionKey: false },
).index({ environment_id: 1, version: 1 });

const DUPLICATE_KEY = 11000;
/** In bytes; MongoDB takes documents up to 16 MiB. A larger world keeps its entries. */
const LARGEST_SNAPSHOT = 15 * 1024 * 1024;

/** The journal in MongoDB: one document an entry, whose `_id` (environment and version) makes the first writer win. */
export function createMongoJournal(connection: Connection): SandboxJournal {
	const entries = connection.model('SandboxJournalEntry', schema);
	const entryId = (environmentId: EnvironmentId, version: number) => `${environmentId}:${version}`;

	return {
		read: async (environmentId, afterVersion) => {
			const found = await entries
				.find({ environment_id: environmentId, version: { $gt: afterVersion } })
				.sort({ version: 1 })
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
					environment_id: environmentId,
					version,
					snapshot,
					changes: JSON.stringify(changes),
				});
				return true;
			} catch (error) {
				if (error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY) return false;
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
			await entries.deleteMany({ environment_id: environmentId, version: { $lt: version } });
		},
		clear: async (environmentId) => {
			await entries.deleteMany({ environment_id: environmentId });
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
