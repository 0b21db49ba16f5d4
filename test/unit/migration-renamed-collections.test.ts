import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { renamedCollections } from '../../backend/src/database/migrations/002-renamed-collections';
import { openTestDatabase, type TestDatabase } from '../support/database';

/** A document of any fields. */
interface Document extends mongoose.mongo.Document {
	_id: string;
}

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

const migrate = () => renamedCollections.run(connection.getClient().db(database.name), new AbortController().signal);

const documentsOf = (name: string) => connection.collection<Document>(name).find().sort({ _id: 1 }).toArray();

const names = async () => (await connection.listCollections()).map(({ name }) => name).sort();

const login = { _id: 'ses_1', login: 'admin', ends_at: new Date('2026-05-07T14:23:11.400Z') };

describe.each([
	['logins to an Odoo', 'sessions', 'odoo_logins'],
	['proposals', 'assistant_plans', 'proposals'],
])('%s', (_what, before, after) => {
	it('are kept under their new name', async () => {
		await connection.collection<Document>(before).insertMany([login, { ...login, _id: 'ses_2' }]);
		await migrate();
		expect([await names(), await documentsOf(after)]).toEqual([[after], [login, { ...login, _id: 'ses_2' }]]);
	});

	it('are moved all of them where an interruption left some at both places', async () => {
		await connection.collection<Document>(before).insertMany([login, { ...login, _id: 'ses_2' }]);
		await connection.collection<Document>(after).insertOne(login);
		await migrate();
		expect([await names(), await documentsOf(after)]).toEqual([[after], [login, { ...login, _id: 'ses_2' }]]);
	});

	it('are left alone the second time', async () => {
		await connection.collection<Document>(before).insertOne(login);
		await migrate();
		await connection.collection<Document>(after).insertOne({ ...login, _id: 'ses_2' });
		await migrate();
		expect(await documentsOf(after)).toEqual([login, { ...login, _id: 'ses_2' }]);
	});
});
