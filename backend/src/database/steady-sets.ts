import type { Connection } from 'mongoose';

/**
 * How many members are added that stay. A set is laid out anew only after about as many operations. More would make
 * closing slow, because its time grows with their square: 2,000 took 0.7 s.
 */
const UNUSED = 500;

/**
 * Fills the two sets in which MongoDB's driver keeps its sessions and its cursors while they are in use. A set with few
 * members that come and go is laid out anew every few operations, and V8 lets each old layout point to the next: once
 * one of them is in the old generation, all that was in use at any later time stays alive until a full garbage
 * collection. With members that stay, that happens rarely. The server hears of none of them; closing the connection
 * ends them. `docs/decisions/garbage.md` has the measurements.
 */
export function steadySets(connection: Connection): void {
	const client = connection.getClient();
	for (let count = 0; count < UNUSED; count++) {
		client.startSession();
		client.db().collection('unused').find();
	}
}
