import { z } from 'zod';
import type { StoredDocument } from '../collection';
import { asBefore, inBatches, type Migration } from './migration';

const userBefore = z.object({
	_id: z.string(),
	organization_id: z.string(),
	role: z.string(),
	created_at: z.date(),
});

/**
 * A user belonged to one organization. Now users belong to the whole service, and `members` says in which organizations
 * they are what. The membership is made before the user forgets it.
 */
export const usersAndMembers: Migration = {
	title: 'users and their memberships apart',
	async run(database, signal) {
		const users = database.collection<StoredDocument>('users');
		const members = database.collection<StoredDocument>('members');
		for await (const batch of inBatches(users, { organization_id: { $exists: true } }, signal)) {
			const found = batch.map((user) => asBefore(userBefore, 'users', user));
			await members.bulkWrite(
				found.map(({ _id, organization_id, role, created_at }) => ({
					updateOne: {
						filter: { _id: `${organization_id}/${_id}` },
						update: { $setOnInsert: { organization_id, user_id: _id, role, created_at } },
						upsert: true,
					},
				})),
			);
			await users.updateMany(
				{ _id: { $in: found.map(({ _id }) => _id) } },
				{ $unset: { organization_id: 1, role: 1 } },
			);
		}
	},
};
