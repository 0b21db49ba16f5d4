import type { mongo } from 'mongoose';

/** A job as it was stored when every job had a deployment of its own, or none. */
interface JobBefore extends mongo.Document {
	readonly _id: string;
	readonly deployment?: Readonly<Record<string, unknown>> | null;
}

const BATCH = 200;

/** What releases before did not write down. */
const UNKNOWN = { git_branch: null, before: null, status_on_failure: null };

/**
 * Jobs had a field `deployment`; now each kind has its `data`, which a deploy's is. May be interrupted anywhere and run
 * again, and knows no feature's documents, which go on changing.
 */
export async function moveDeploymentsIntoData(database: mongo.Db): Promise<void> {
	const jobs = database.collection<JobBefore>('jobs');
	for (let after = ''; ;) {
		const cursor = jobs.find({ _id: { $gt: after } }, { projection: { deployment: 1 } });
		const batch = await cursor.sort({ _id: 1 }).limit(BATCH).toArray();
		const last = batch.at(-1);
		if (last === undefined) return;
		const changes = batch
			.filter(({ deployment }) => deployment !== undefined)
			.map(({ _id, deployment }) => ({
				updateOne: {
					filter: { _id, deployment: { $exists: true } },
					update: {
						$set: { data: deployment ? { ...UNKNOWN, ...deployment } : {} },
						$unset: { deployment: 1 as const },
					},
				},
			}));
		if (changes.length > 0) await jobs.bulkWrite(changes);
		after = last._id;
	}
}
