import { expect, it } from '@jest/globals';
import {
	MongoClient,
	MongoNetworkError,
	MongoNetworkTimeoutError,
	MongoServerError,
	MongoUnexpectedServerResponseError,
} from 'mongodb';
import { DatabaseUnavailableError, reaching } from '../../backend/src/database/unavailable';

const failing = (error: Error) => reaching(() => Promise.reject(error));

it.each([
	['a broken connection', new MongoNetworkError('closed')],
	['a connection that is silent', new MongoNetworkTimeoutError('timed out')],
	['a connection that ends without an answer', new MongoUnexpectedServerResponseError('nothing')],
	['a server that shuts down', new MongoServerError({ message: 'shutting down', code: 91 })],
	['a server that is not the primary any more', new MongoServerError({ message: 'not primary', code: 10107 })],
])('says of %s that the database is unavailable, and when to ask again', async (_what, error) => {
	await expect(failing(error)).rejects.toMatchObject({
		code: 'database_unavailable',
		status: 503,
		more: { headers: { 'Retry-After': '2' } },
		cause: error,
	});
});

it('says so where no server is there', async () => {
	const client = new MongoClient('mongodb://127.0.0.1:1/', { serverSelectionTimeoutMS: 1 });
	await expect(reaching(() => client.connect())).rejects.toBeInstanceOf(DatabaseUnavailableError);
	await client.close();
	await expect(reaching(() => client.db('x').command({ ping: 1 }))).rejects.toBeInstanceOf(DatabaseUnavailableError);
});

it('says so where a bulk write finds no server, though it had not begun', async () => {
	const client = new MongoClient('mongodb://127.0.0.1:1/', { serverSelectionTimeoutMS: 1 });
	const things = client.db('x').collection<{ _id: string }>('things');
	const bulk = () => things.bulkWrite([{ insertOne: { document: { _id: 'a' } } }], { ordered: false });
	await expect(reaching(bulk)).rejects.toBeInstanceOf(DatabaseUnavailableError);
	await expect(reaching(() => things.insertMany([{ _id: 'a' }]))).rejects.toBeInstanceOf(DatabaseUnavailableError);
	await client.close();
});

it('says so of work that does not end', async () => {
	await expect(reaching(() => new Promise(() => {}), 1)).rejects.toBeInstanceOf(DatabaseUnavailableError);
});

it.each([new MongoServerError({ message: 'E11000', code: 11000 }), new TypeError('a mistake of ours')])(
	'leaves every other failure as it is: %s',
	async (error) => {
		await expect(failing(error)).rejects.toBe(error);
	},
);
