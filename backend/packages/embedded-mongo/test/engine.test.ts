import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { Binary, type Db, Decimal128, MongoClient } from 'mongodb';
import { Cursors } from '../src/cursors';
import { encode } from '../src/documents';
import { type EmbeddedEngine, startEmbeddedEngine } from '../src/engine';
import { MessageReader, ProtocolError, readRequest } from '../src/wire';
import { runScript } from '../../../../test/support/run-script';

let now: Date;
let dataDir: string;
let engine: EmbeddedEngine;
let client: MongoClient;
let db: Db;

const clock = {
	now: () => now,
	after: () => () => undefined,
	sleep: (_ms: number, signal?: AbortSignal) =>
		new Promise<void>((_, reject) => {
			signal?.addEventListener('abort', () => {
				reject(new Error('aborted'));
			});
		}),
};

const open = async () => {
	engine = await startEmbeddedEngine({ dataDir, clock });
	client = await new MongoClient(engine.uri).connect();
	db = client.db('test');
};

const close = async () => {
	await client.close();
	await engine.close();
};

beforeEach(async () => {
	now = new Date('2026-01-01T00:00:00Z');
	dataDir = mkdtempSync(join(tmpdir(), 'odoo-platform-test-'));
	await open();
});

afterEach(async () => {
	await close();
	rmSync(dataDir, { recursive: true, force: true });
});

describe('the embedded engine', () => {
	it('keeps collections, indexes and documents over a restart', async () => {
		await db.collection('things').createIndex({ n: 1 }, { unique: true }, {});
		await db.collection('things').insertOne({ n: 1 });
		await close();
		await open();
		await expect(db.collection('things').insertOne({ n: 1 })).rejects.toMatchObject({
			code: 11000,
			keyPattern: { n: 1 },
			keyValue: { n: 1 },
		});
	});

	it('removes what a TTL index says is over, and no earlier', async () => {
		const things = db.collection('things');
		await things.createIndex({ at: 1 }, { expireAfterSeconds: 60 }, {});
		await things.insertMany([{ at: now }, { at: new Date(now.getTime() + 1) }, { at: 'never' }, {}]);
		now = new Date(now.getTime() + 60_000);
		expect(await engine.removeExpired()).toBe(1);
		expect(await things.countDocuments()).toBe(3);
	});

	it('takes $currentDate from the clock', async () => {
		await db.collection('things').updateOne({}, { $currentDate: { at: true } }, { upsert: true });
		expect(await db.collection('things').findOne()).toMatchObject({ at: now });
	});

	it('forgets a cursor that nobody asked for in ten minutes', () => {
		const cursors = new Cursors(clock);
		cursors.open('test.things', [encode({}), encode({})], 1);
		now = new Date(now.getTime() + 10 * 60_000 + 1);
		cursors.closeIdle();
		expect(() => cursors.more(1, 'test.things')).toThrow('cursor id 1 not found');
	});

	it('tells of two fields with arrays that one index cannot hold both', async () => {
		await db.collection('things').createIndex({ a: 1, b: 1 }, {}, {});
		await expect(db.collection('things').insertOne({ a: [1], b: [1] })).rejects.toMatchObject({ code: 171 });
	});

	it('holds values longer than a key of the storage unique', async () => {
		await db.collection('things').createIndex({ s: 1 }, { unique: true }, {});
		await db.collection('things').insertMany([{ s: 'x'.repeat(5000) }, { s: `${'x'.repeat(4999)}y` }]);
		await expect(db.collection('things').insertOne({ s: 'x'.repeat(5000) })).rejects.toMatchObject({ code: 11000 });
	});

	it.each([
		['an unknown command', { noSuch: 1 }, 59],
		['an unknown field of a command', { find: 'things', noSuch: true }, 40415],
		['collations', { find: 'things', collation: { locale: 'en' } }, 2],
		['transactions', { find: 'things', startTransaction: true, txnNumber: 1, autocommit: false }, 20],
		['an unknown operator of a filter', { find: 'things', filter: { a: { $noSuch: 1 } } }, 2],
		['$where', { find: 'things', filter: { $where: 'true' } }, 2],
		['searching for binaries', { find: 'things', filter: { a: new Binary(Buffer.from('x')) } }, 115],
		['a field that mingo would pass over', { find: 'things', filter: { ['__proto__']: { a: 1 } } }, 115],
		['decimals', { findAndModify: 'things', update: { $set: { a: new Decimal128('1') } } }, 115],
		['an unknown operator of an update', { findAndModify: 'things', update: { $noSuch: { a: 1 } } }, 9],
		['updates by a pipeline', { findAndModify: 'things', update: [{ $set: { a: 1 } }] }, 2],
		['stages that reach other collections', { aggregate: 'things', pipeline: [{ $lookup: {} }], cursor: {} }, 115],
		['text indexes', { createIndexes: 'things', indexes: [{ key: { a: 'text' }, name: 'a' }] }, 115],
		['unknown options of indexes', { createIndexes: 'things', indexes: [{ key: { a: 1 }, noSuch: 1 }] }, 40415],
		['capped collections', { create: 'things', capped: true }, 40415],
	])('refuses %s by name', async (_, command, code) => {
		await db.collection('things').insertOne({});
		await expect(db.command(command)).rejects.toMatchObject({ code });
	});

	it.each([
		[{ $inc: { s: 1 } }, 14],
		[{ $push: { s: 1 } }, 2],
		[{ $set: { 's.a': 1 } }, 28],
		[{ $set: { _id: 2 } }, 66],
		[{ $set: { 'a.b': 1 }, $inc: { a: 1 } }, 40],
		[{ $set: { 'a.$[x]': 1 } }, 2],
		[{ $set: { 'a.$': 1 } }, 2],
	])('refuses the update %j as MongoDB does', async (update, code) => {
		await db.collection('things').insertOne({ s: 'text', a: [1] });
		await expect(db.command({ findAndModify: 'things', query: {}, update })).rejects.toMatchObject({ code });
	});

	it('refuses other options under the name of an index', async () => {
		await db.collection('things').createIndex({ a: 1 }, { name: 'a' }, {});
		await expect(db.collection('things').createIndex({ b: 1 }, { name: 'a' }, {})).rejects.toMatchObject({
			code: 86,
		});
	});

	it('gives no document when an aggregation counts none', async () => {
		expect(
			await db
				.collection('things')
				.aggregate([{ $count: 'n' }])
				.toArray(),
		).toEqual([]);
	});

	it('gives nothing by a cursor that its filter no longer fits', async () => {
		const things = db.collection<{ _id: number; state: string }>('things');
		await things.createIndex({ state: 1 }, {}, {});
		await things.insertMany(Array.from({ length: 50 }, (_, _id) => ({ _id, state: 'queued' })));
		const cursor = things.find({ state: 'queued' }).batchSize(2);
		await cursor.next();
		await things.updateMany({}, { $set: { state: 'done' } });
		expect((await cursor.toArray()).filter(({ state }) => state !== 'queued')).toEqual([]);
	});

	it('takes a long list of values in its stride', async () => {
		const things = db.collection<{ _id: string }>('things');
		await things.insertOne({ _id: 'thing 7' });
		const $in = Array.from({ length: 20_000 }, (_, n) => `thing ${n}`);
		expect(await things.find({ _id: { $in } }).toArray()).toEqual([{ _id: 'thing 7' }]);
	});

	it('refuses what the disk has no room for, and goes on', async () => {
		const support = resolve(__dirname, '../../../../test/support');
		// A limit to the size of files stands for a disk that is full.
		const child = spawn(
			'bash',
			[
				'-c',
				'trap "" XFSZ; ulimit -f 2000; exec "$@"',
				'bash',
				process.execPath,
				'-r',
				join(support, 'ts-register.cjs'),
				join(support, 'database-filler.ts'),
				join(dataDir, 'full'),
			],
			{ stdio: ['ignore', 'pipe', 'ignore'] },
		);
		let printed = '';
		child.stdout.on('data', (chunk) => (printed += String(chunk)));
		await once(child, 'close');
		expect(printed).toBe('refused, and has all that was acknowledged\n');
	});

	it('ends a connection that does not speak the protocol, and goes on with others', async () => {
		const socket = connect(decodeURIComponent(engine.uri.replace(/^mongodb:\/\/|\/\?.*$/g, '')));
		socket.on('error', () => undefined);
		socket.write('GET / HTTP/1.1\r\n\r\n');
		await once(socket, 'close');
		expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
	});
});

describe('the lock on the data', () => {
	/** Starts an engine on the data in a process of its own, and answers how that ended. */
	const startElsewhere = async (command: string, ...args: readonly string[]) => {
		const script = resolve('test/support/database-writer.ts');
		const child = spawn(
			command,
			[...args, '-r', resolve('test/support/ts-register.cjs'), script, dataDir, 'test'],
			{
				stdio: ['ignore', 'ignore', 'pipe'],
			},
		);
		let errors = '';
		child.stderr.on('data', (chunk) => (errors += String(chunk)));
		const [code] = z
			.tuple([z.number()])
			.rest(z.unknown())
			.parse(await once(child, 'close'));
		return { code, errors };
	};
	const contents = () => readdirSync(dataDir, { recursive: true }).sort();

	it('keeps a second engine out', async () => {
		await expect(startEmbeddedEngine({ dataDir, clock })).rejects.toThrow('in use by process');
	});

	it('keeps out another process, which says who has the data and removes nothing', async () => {
		const before = contents();
		const { code, errors } = await startElsewhere(process.execPath);
		expect({ code, contents: contents() }).toEqual({ code: 1, contents: before });
		expect(errors).toContain(`The embedded database is in use by process ${process.pid}`);
	});

	const mayUnshare = spawnSync('unshare', ['-pf', 'true']).status === 0;
	(mayUnshare ? it : it.skip)('keeps out a process that sees none of this one, as in another container', async () => {
		const { errors } = await startElsewhere('unshare', '-pf', '--mount-proc', process.execPath);
		expect(errors).toContain('The embedded database is in use by');
		expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
		await expect(startEmbeddedEngine({ dataDir, clock })).rejects.toThrow('in use by process');
	});

	it('keeps out while another process lives, however it ends, and nothing of that one stays', async () => {
		await close();
		const child = runScript('database-writer.ts', dataDir, 'test');
		await once(child.stdout, 'data');
		await expect(startEmbeddedEngine({ dataDir, clock })).rejects.toThrow(`process ${child.pid ?? 0} on`);
		const socket = readFileSync(join(dataDir, 'database.socket'), 'utf8');
		child.kill('SIGKILL');
		await once(child, 'exit');
		await open();
		expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
		expect(existsSync(socket)).toBe(false);
	});

	it('does not go by what its file says: a process of that id may live, and be another', async () => {
		await close();
		writeFileSync(join(dataDir, 'database.lock'), JSON.stringify({ pid: process.ppid, started: '1' }));
		await open();
		expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
	});
});

describe('messages', () => {
	const message = (sections: Buffer, flags = 0) => {
		const header = Buffer.alloc(20);
		header.writeInt32LE(20 + sections.length, 0);
		header.writeInt32LE(7, 4);
		header.writeInt32LE(2013, 12);
		header.writeUInt32LE(flags, 16);
		return Buffer.concat([header, sections]);
	};
	const body = Buffer.concat([Buffer.from([0]), encode({ insert: 'things', $db: 'test' })]);

	it('are put together from any pieces', () => {
		const bytes = Buffer.concat([message(body), message(body)]);
		const reader = new MessageReader();
		const read = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
		expect(read.map((one) => one.length)).toEqual([bytes.length / 2, bytes.length / 2]);
	});

	it('may carry documents in a sequence', () => {
		const docs = Buffer.concat([Buffer.from('documents\0'), encode({ a: 1 }), encode({ a: 2 })]);
		const size = Buffer.alloc(4);
		size.writeInt32LE(4 + docs.length);
		const request = readRequest(message(Buffer.concat([body, Buffer.from([1]), size, docs])));
		expect(request.body).toEqual({ insert: 'things', $db: 'test', documents: [{ a: 1 }, { a: 2 }] });
	});

	it('may ask for no answer', () => {
		expect(readRequest(message(body, 2)).answered).toBe(false);
	});

	it.each([
		['a flag that has to be known', message(body, 1 << 5)],
		['no body', message(Buffer.alloc(0))],
		['an unknown section', message(Buffer.concat([Buffer.from([9]), body]))],
		['a document that is cut off', message(body.subarray(0, 12))],
		['a section of negative size', message(Buffer.concat([body, Buffer.from([1, 0xff, 0xff, 0xff, 0xff])]))],
	])('with %s are refused', (_, bytes) => {
		expect(() => readRequest(bytes)).toThrow(ProtocolError);
	});
});
