import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { cp, mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { checkData, DatabaseDamagedError, startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { MongoClient } from 'mongodb';
import { readConfig } from '../../backend/src/config';
import { systemClock } from '../../backend/src/core/clock';
import { createLogger } from '../../backend/src/core/log';
import { COPIES_DIR, createDailyCopies } from '../../backend/src/database/copies';
import { startPlatform } from '../../backend/src/platform';
import { createFakeClock } from '../support/fake-clock';
import { runMain } from '../support/run-main';
import { runScript } from '../support/run-script';
import { until } from '../support/until';

const PAGE = 4096;
const DAY_MS = 24 * 60 * 60 * 1_000;

let root: string;
let dataDir: string;

/** The service on that directory, stopped again at once. */
async function start(directory = dataDir) {
	const config = readConfig({ DATA_DIR: directory, PORT: '0', LOG_LEVEL: 'silent', DOCKER_HOST: 'none' });
	const platform = await startPlatform(config, { log: createLogger('silent') });
	await platform.stop();
	return platform;
}

const maintain = (...args: readonly string[]) => runMain('maintain.ts', args, { DATA_DIR: dataDir });
const file = () => path.join(dataDir, 'database', 'data.mdb');

beforeAll(async () => {
	root = await mkdtemp(path.join(tmpdir(), 'odoo-platform-damage-'));
	await start(path.join(root, 'whole'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
	dataDir = path.join(root, 'data');
	await cp(path.join(root, 'whole'), dataDir, { recursive: true });
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

describe('a database that is damaged', () => {
	const length = async () => (await stat(file())).size;
	const overwrite = async (from: number, bytes: Buffer) => {
		const handle = await open(file(), 'r+');
		await handle.write(bytes, 0, bytes.length, from);
		await handle.close();
	};

	it.each<[string, () => Promise<void>]>([
		['is cut off amid its pages', async () => truncate(file(), Math.floor((await length()) / 2))],
		['lacks its last byte', async () => truncate(file(), (await length()) - 1)],
		['is cut off after its first page', () => truncate(file(), PAGE)],
		['is cut off within its first page', () => truncate(file(), 100)],
		['has one byte', () => truncate(file(), 1)],
		['is empty', () => truncate(file(), 0)],
		['is not there', () => rm(file())],
		['is not there, with its directory', () => rm(path.dirname(file()), { recursive: true })],
		['is garbage', () => writeFile(file(), Buffer.alloc(64 * PAGE, 'garbage'))],
		['is zeros', async () => writeFile(file(), Buffer.alloc(await length()))],
		['has zeros after its first pages', async () => overwrite(2 * PAGE, Buffer.alloc((await length()) - 2 * PAGE))],
		['is another program’s', () => writeFile(file(), 'SQLite format 3\0'.padEnd(8 * PAGE, '\0'))],
	])('and %s is refused with what to do, and nothing is changed', async (_how, damage) => {
		await damage();
		const before = await readFile(path.join(dataDir, 'first-run.json'), 'utf8');
		await expect(start()).rejects.toThrow(/^DATA_DIR: The embedded database is .*npm run restore/);
		expect(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')).toBe(before);
	});

	it('ends the process with one message and exit code 1', async () => {
		await truncate(file(), 8 * PAGE);
		const { code, errors } = await runMain('main.ts', [], { DATA_DIR: dataDir, PORT: '0' });
		expect({ code, lines: errors.trim().split('\n') }).toEqual({
			code: 1,
			lines: [expect.stringMatching(/^DATA_DIR: The embedded database is damaged/)],
		});
	});

	it('is told from a whole one by any page that is in use', async () => {
		const whole = await readFile(file());
		const pages = whole.length / PAGE;
		const conditions: string[] = [];
		for (let page = 2; page < pages; page += Math.ceil(pages / 12)) {
			await writeFile(file(), whole);
			await overwrite(page * PAGE, Buffer.alloc(PAGE));
			const damaged = (error: unknown) => (error instanceof DatabaseDamagedError ? 'damaged' : 'broken');
			conditions.push(await checkData(path.dirname(file())).catch(damaged));
		}
		expect(new Set(conditions)).toEqual(new Set(['damaged', 'sound']));
	});

	it('and the key that was made with it keep each other: one of them alone is no first start', async () => {
		await rm(path.dirname(file()), { recursive: true });
		await rm(path.join(dataDir, 'first-run.json'));
		await expect(start()).rejects.toThrow('missing or empty');
	});
});

describe('a backup', () => {
	it('gives the service back as it was', async () => {
		const copy = path.join(root, 'copy');
		expect(await maintain('backup', copy)).toMatchObject({ code: 0 });
		await rm(dataDir, { recursive: true });
		expect(await maintain('restore', copy)).toMatchObject({ code: 0 });
		expect((await start()).firstRunFile).toBeNull();
		expect(await readFile(path.join(dataDir, 'first-run.json'), 'utf8')).toBe(
			await readFile(path.join(root, 'whole', 'first-run.json'), 'utf8'),
		);
		await rm(copy, { recursive: true });
	});

	it('that is made while the service writes has all that was acknowledged before', async () => {
		const copy = path.join(root, 'copy');
		const writer = runScript('database-writer.ts', dataDir, 'written');
		let printed = '';
		writer.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
		await until(() => printed.split('\n').length > 200);
		const acknowledged = printed.split('\n').slice(0, -1);
		expect(await maintain('backup', copy)).toMatchObject({ code: 0 });
		writer.kill('SIGKILL');
		await once(writer, 'exit');
		expect(await maintain('restore', copy)).toMatchObject({ code: 0 });
		const engine = await startEmbeddedEngine({ dataDir, clock: systemClock });
		const client = await MongoClient.connect(engine.uri);
		const found = await client.db('written').collection('written').find({ group: 'updated' }).toArray();
		await client.close();
		await engine.close();
		const kept = new Set(found.map(({ name }) => String(name)));
		expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
		await rm(copy, { recursive: true });
	});

	it('is not restored while the service runs', async () => {
		const engine = await startEmbeddedEngine({ dataDir, clock: systemClock });
		expect(await maintain('restore', path.join(root, 'whole'))).toMatchObject({
			code: 1,
			errors: expect.stringContaining('in use by process'),
		});
		await engine.close();
	});

	it('that is damaged is not restored, and leaves the data alone', async () => {
		const copy = path.join(root, 'copy');
		await maintain('backup', copy);
		await truncate(path.join(copy, 'database', 'data.mdb'), 3 * PAGE);
		expect(await maintain('restore', copy)).toMatchObject({ code: 1, errors: expect.stringContaining('damaged') });
		expect((await start()).firstRunFile).toBeNull();
		await rm(copy, { recursive: true });
	});
});

describe('the daily copy', () => {
	it('is made when the service starts and each day, three are kept, and each can be restored', async () => {
		await rm(path.join(dataDir, COPIES_DIR), { recursive: true, force: true });
		const engine = await startEmbeddedEngine({ dataDir, clock: systemClock });
		const clock = createFakeClock();
		const copyDatabase = (directory: string) => engine.copyTo(directory);
		const copies = createDailyCopies({ dataDir, copyDatabase, clock, log: createLogger('silent') });
		const kept = async () => (await readdir(path.join(dataDir, COPIES_DIR)).catch(() => [])).sort();
		copies.start();
		const seen: string[] = [];
		for (let day = 0; day < 5; day++) {
			const newest = await until(async () => {
				const last = (await kept()).at(-1);
				return clock.sleeping.length > 0 && last !== undefined && last !== seen.at(-1) && last;
			});
			seen.push(newest);
			await clock.advance(DAY_MS);
		}
		await copies.stop();
		expect((await kept()).slice(-3)).toEqual(expect.arrayContaining(seen.slice(-2)));
		expect((await kept()).length).toBe(3);
		await engine.close();
		const last = path.join(dataDir, COPIES_DIR, seen.at(-1) ?? '');
		expect(await maintain('restore', last)).toMatchObject({ code: 0 });
		expect((await start()).firstRunFile).toBeNull();
	});
});
