import { z } from 'zod';
import type { StoredDocument } from '../collection';
import { asBefore, inBatches, type Migration } from './migration';

const jobBefore = z.object({ _id: z.string(), deployment: z.record(z.string(), z.unknown()).nullable() });

/** What releases before did not write down of every deployment. */
const UNKNOWN = { git_branch: null, before: null, status_on_failure: null };

/** Jobs had a field `deployment`. Now each kind of job has its `data`, and the data of a deploy is its deployment. */
export const dataOfJobs: Migration = {
	title: 'deployments as the data of their jobs',
	async run(database, signal) {
		const jobs = database.collection<StoredDocument>('jobs');
		for await (const batch of inBatches(jobs, { deployment: { $exists: true } }, signal)) {
			const found = batch.map((job) => asBefore(jobBefore, 'jobs', job));
			await jobs.bulkWrite(
				found.map(({ _id, deployment }) => ({
					updateOne: {
						filter: { _id, deployment: { $exists: true } },
						update: {
							$set: { data: deployment === null ? {} : { ...UNKNOWN, ...deployment } },
							$unset: { deployment: 1 },
						},
					},
				})),
			);
		}
	},
};
