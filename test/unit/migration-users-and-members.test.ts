import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { usersAndMembers } from '../../backend/src/database/migrations/001-users-and-members';
import { openTestDatabase, type TestDatabase } from '../support/database';

let database: TestDatabase;
let connection: Connection;

beforeEach(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
});

afterEach(async () => {
	await connection.close();
	await database.drop();
});

/** A document of any fields. */
interface Document extends mongoose.mongo.Document {
	_id: string;
}

const users = () => connection.collection<Document>('users');
const members = () => connection.collection<Document>('members');
const migrate = () => usersAndMembers.run(connection.getClient().db(database.name), new AbortController().signal);

const created_at = new Date('2026-05-07T14:23:11.400Z');
const kept = { email: 'owner@example.com', name: 'Owner', password_hash: 'a hash', created_at };
const before = { _id: 'usr_1', organization_id: 'org_1', role: 'owner', ...kept };
const user = { _id: 'usr_1', ...kept };
const member = { _id: 'org_1/usr_1', organization_id: 'org_1', user_id: 'usr_1', role: 'owner', created_at };

const both = async () => ({ users: await users().find().toArray(), members: await members().find().toArray() });

describe('users of one organization', () => {
	it('become users of the service, and members of that organization', async () => {
		await users().insertOne(before);
		await migrate();
		expect(await both()).toEqual({ users: [user], members: [member] });
	});

	it('are left alone the second time', async () => {
		await users().insertOne(before);
		await migrate();
		await members().updateOne({}, { $set: { role: 'viewer' } });
		await migrate();
		expect(await both()).toEqual({ users: [user], members: [{ ...member, role: 'viewer' }] });
	});

	it('are finished where an interruption left them members already', async () => {
		await users().insertOne(before);
		await members().insertOne(member);
		await migrate();
		expect(await both()).toEqual({ users: [user], members: [member] });
	});

	it('are all of them looked at, however many there are', async () => {
		const many = Array.from({ length: 450 }, (_, index) => ({ ...before, _id: `usr_${index}` }));
		await users().insertMany(many);
		await migrate();
		expect([await users().countDocuments({ role: 'owner' }), await members().countDocuments()]).toEqual([0, 450]);
	});

	it('are refused by name where they are in a shape that no release wrote', async () => {
		await users().insertOne({ ...before, organization_id: 7 });
		await expect(migrate()).rejects.toThrow(/^The document usr_1 in users is not as a release wrote it/);
	});
});
