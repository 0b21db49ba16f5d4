import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HeadObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { directoryStore } from '../../backend/src/features/backups/stores/directory';
import { s3Store } from '../../backend/src/features/backups/stores/s3';
import type { BackupStore } from '../../backend/src/features/backups/stores/store';
import { type FaultyLine, startFaultyLine } from '../support/faulty-proxy';
import { freePort } from '../support/free-port';
import { hasS3Server, openS3Server } from '../support/s3-server';
import { use } from '../support/use';

const MIB = 1024 * 1024;
const never = new AbortController().signal;

async function* chunks(...texts: readonly string[]) {
	for (const text of texts) {
		await setImmediate();
		yield Buffer.from(text);
	}
}

/** So many MiB of the same bytes; `onEach` is told how many there have been. */
async function* many(count: number, onEach: (written: number) => Promise<void> | void = () => undefined) {
	const chunk = Buffer.alloc(MIB, 'content');
	for (let written = 0; written < count; written += 1) {
		await onEach(written);
		yield chunk;
	}
}

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
	const read: Uint8Array[] = [];
	for await (const chunk of content) read.push(chunk);
	return Buffer.concat(read).toString();
}

async function hashOf(content: AsyncIterable<Uint8Array>, onEach: () => void = () => undefined): Promise<string> {
	const hash = createHash('sha256');
	for await (const chunk of content) {
		hash.update(chunk);
		onEach();
	}
	return hash.digest('hex');
}

const s3 = hasS3Server ? use(openS3Server) : undefined;
const server = () => {
	if (!s3) throw new Error('There is no S3 server.');
	return s3();
};

const STORES: Readonly<Record<BackupStore['kind'], () => Promise<{ store: BackupStore; close: () => Promise<void> }>>> =
	{
		directory: async () => {
			const root = await mkdtemp(path.join(tmpdir(), 'backups-'));
			return { store: directoryStore(root), close: () => rm(root, { recursive: true }) };
		},
		s3: () => {
			const { config } = server();
			const prefix = `${randomBytes(8).toString('hex')}/`;
			return Promise.resolve({ store: s3Store({ ...config, prefix }), close: () => Promise.resolve() });
		},
	};

describe.each(Object.entries(STORES).filter(([kind]) => kind !== 's3' || hasS3Server))('backups in %s', (_, open) => {
	const opened = use(open);
	const store = () => opened().store;

	afterEach(() => store().removeAll('org/'));

	it('proves that it can be used, and keeps nothing of that', async () => {
		await store().check();
		expect(await store().list('')).toEqual([]);
	});

	it('gives back what was written', async () => {
		await store().write('org/env/bak/manifest.json', chunks('one', '', 'two'), never);
		expect(await textOf(store().read('org/env/bak/manifest.json', never))).toBe('onetwo');
	});

	it('keeps an object of no bytes', async () => {
		await store().write('org/env/bak/empty', chunks(), never);
		expect(await textOf(store().read('org/env/bak/empty', never))).toBe('');
	});

	it('replaces an object', async () => {
		await store().write('org/object', chunks('before'), never);
		await store().write('org/object', chunks('after'), never);
		expect(await textOf(store().read('org/object', never))).toBe('after');
	});

	it.each(['org/a b+c=d&e?f#g%20h', 'org/Größe/備份.dump', "org/(it's) ~!@$^*,;:_-/x.y"])('keeps %s', async (key) => {
		await store().write(key, chunks(key), never);
		expect(await textOf(store().read(key, never))).toBe(key);
	});

	it.each([
		'',
		'/',
		'org//object',
		'../object',
		'org/../../object',
		'org/.hidden',
		'org\\object',
		'org/\n',
		'a'.repeat(300),
	])('refuses the key %j', async (key) => {
		await expect(store().write(key, chunks(''), never)).rejects.toThrow(RangeError);
		await expect(textOf(store().read(key, never))).rejects.toThrow(RangeError);
		await expect(store().removeAll(`${key}/`)).rejects.toThrow(RangeError);
	});

	it('says that an object is missing', async () => {
		await expect(textOf(store().read('org/none', never))).rejects.toMatchObject({ code: 'missing' });
	});

	it('lists what is directly below a prefix', async () => {
		for (const key of ['org/env_b/bak/x', 'org/env_a/bak/x', 'org/env_a/other/y', 'org/file']) {
			await store().write(key, chunks('x'), never);
		}
		expect(await store().list('org/')).toEqual(['env_a', 'env_b']);
		expect(await store().list('org/env_a/')).toEqual(['bak', 'other']);
		expect(await store().list('')).toEqual(['org']);
		expect(await store().list('none/')).toEqual([]);
	});

	it('removes what is below a prefix, and nothing beside it', async () => {
		for (const key of ['org/env/bak/x', 'org/env/bak/deep/y', 'org/env/bak2/z']) {
			await store().write(key, chunks('x'), never);
		}
		await store().removeAll('org/env/bak/');
		expect(await store().list('org/env/')).toEqual(['bak2']);
		await store().removeAll('org/env/bak/');
		await store().removeAll('org/env/bak2/');
		expect(await store().list('')).toEqual([]);
	});

	it('wants a prefix that ends where a name does', async () => {
		await expect(store().removeAll('org')).rejects.toThrow(RangeError);
		await expect(store().removeAll('/')).rejects.toThrow(RangeError);
		await expect(store().removeAll('')).rejects.toThrow(RangeError);
	});

	it('keeps nothing of content that fails in the middle, and rejects with its failure', async () => {
		const failure = new Error('pg_dump ended');
		const fails = many(40, (written) => {
			if (written === 39) throw failure;
		});
		await expect(store().write('org/env/object', fails, never)).rejects.toBe(failure);
		expect(await store().list('')).toEqual([]);
	});

	it('keeps the former object where the content of the next fails', async () => {
		await store().write('org/object', chunks('before'), never);
		const fails = many(20, (written) => {
			if (written === 19) throw new Error('pg_dump ended');
		});
		await expect(store().write('org/object', fails, never)).rejects.toThrow('pg_dump ended');
		expect(await textOf(store().read('org/object', never))).toBe('before');
	});

	it('ends a write, and its content, with the reason of the signal', async () => {
		const stop = new AbortController();
		const reason = new Error('The job was canceled.');
		let ended = false;
		async function* endless() {
			try {
				yield* many(Infinity, (written) => {
					if (written === 20) stop.abort(reason);
				});
			} finally {
				ended = true;
			}
		}
		await expect(store().write('org/env/object', endless(), stop.signal)).rejects.toBe(reason);
		await setImmediate();
		expect(ended).toBe(true);
		expect(await store().list('')).toEqual([]);
	});

	it('ends a write whose content hangs with the reason of the signal', async () => {
		const stop = new AbortController();
		const reason = new Error('The job was canceled.');
		const hang = () =>
			new Promise<never>(() => {
				setTimeout(() => stop.abort(reason), 0);
			});
		const hangs = { [Symbol.asyncIterator]: () => ({ next: hang }) };
		await expect(store().write('org/env/object', hangs, stop.signal)).rejects.toBe(reason);
		expect(await store().list('')).toEqual([]);
	});

	it('ends a read with the reason of the signal', async () => {
		await store().write('org/object', many(4), never);
		const stop = new AbortController();
		const reason = new Error('The download was left.');
		const read = hashOf(store().read('org/object', stop.signal), () => stop.abort(reason));
		await expect(read).rejects.toBe(reason);
	});

	it('lets whoever reads leave early', async () => {
		await store().write('org/object', many(40), never);
		for await (const chunk of store().read('org/object', never)) {
			expect(chunk.byteLength).toBeGreaterThan(0);
			break;
		}
	});

	it('keeps a large object, with memory that does not grow with it', async () => {
		const before = process.memoryUsage();
		let most = 0;
		const look = () => {
			most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
		};
		await store().write('org/large', many(128, look), never);
		expect(await hashOf(store().read('org/large', never), look)).toBe(await hashOf(many(128)));
		expect(most / MIB).toBeLessThan(100);
	});

	it('writes side by side, also the same object', async () => {
		const texts = Array.from({ length: 8 }, (_, at) => `text ${at}`);
		await Promise.all([
			...texts.map((text, at) => store().write(`org/env/${at}`, chunks(text), new AbortController().signal)),
			...texts.map((text) => store().write('org/env/same', chunks(text), new AbortController().signal)),
			...texts.map((_, at) => store().removeAll(`org/env_${at}/`)),
		]);
		const read = await Promise.all(texts.map((_, at) => textOf(store().read(`org/env/${at}`, never))));
		expect(read).toEqual(texts);
		expect(texts).toContain(await textOf(store().read('org/env/same', never)));
	});
});

describe('backups in a directory', () => {
	let root = '';
	beforeEach(async () => {
		root = await mkdtemp(path.join(tmpdir(), 'backups-'));
	});
	afterEach(() => rm(root, { recursive: true }));

	it('are nobody else’s to read', async () => {
		await directoryStore(path.join(root, 'new')).write('org/object', chunks('x'), never);
		const modes = await Promise.all(
			['new', 'new/org', 'new/org/object'].map((name) => stat(path.join(root, name))),
		);
		expect(modes.map(({ mode }) => (mode & 0o777).toString(8))).toEqual(['700', '700', '600']);
	});

	it('stop before the disk is full, and leave nothing', async () => {
		let looks = 0;
		const store = directoryStore(root, () => Promise.resolve((looks += 1) < 3 ? 1024 * MIB : 10 * MIB));
		await expect(store.write('org/object', many(100), never)).rejects.toMatchObject({
			code: 'full',
			message: expect.stringContaining('BACKUP_DIR'),
		});
		expect(await readdir(root)).toEqual([]);
	});

	it('are cleared of what a process left that was killed', async () => {
		const store = directoryStore(root);
		await store.write('org/env/object', chunks('x'), never);
		await writeFile(path.join(root, 'org/env/.5f0c'), 'partial');
		await store.removeAll('org/env/');
		expect(await readdir(root)).toEqual([]);
	});

	it('say what is wrong with the place', async () => {
		await writeFile(path.join(root, 'file'), '');
		await expect(directoryStore(path.join(root, 'file')).check()).rejects.toMatchObject({ code: 'refused' });
		await chmod(root, 0o500);
		const { uid } = await stat(root);
		// Whoever is root may write everywhere.
		if (uid !== 0) await expect(directoryStore(root).check()).rejects.toMatchObject({ code: 'refused' });
		await chmod(root, 0o700);
	});
});

(hasS3Server ? describe : describe.skip)('backups in S3', () => {
	let line: FaultyLine;
	let endpoint = '';
	beforeEach(async () => {
		const { hostname, port } = new URL(server().config.endpoint);
		const place = { host: '127.0.0.1', port: await freePort() };
		line = await startFaultyLine({ host: hostname, port: Number(port) }, place);
		endpoint = `http://127.0.0.1:${place.port}`;
	});
	afterEach(() => line.close());

	const uploads = async () => {
		const { client, config } = server();
		const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: config.bucket }));
		return Uploads.map(({ Key }) => Key);
	};

	it('are below the prefix', async () => {
		const { client, config } = server();
		await s3Store(config).write('org/object', chunks('x'), never);
		await client.send(new HeadObjectCommand({ Bucket: config.bucket, Key: `${config.prefix}org/object` }));
	});

	it('leave nothing where the line is cut amid a write, and say so', async () => {
		const store = s3Store({ ...server().config, endpoint });
		let cut = Promise.resolve();
		const content = many(64, (written) => {
			if (written === 40) cut = line.cutOff(6);
		});
		await expect(store.write('org/cut', content, never)).rejects.toMatchObject({ code: 'broken_off' });
		await cut;
		expect(await uploads()).toEqual([]);
		await expect(textOf(store.read('org/cut', never))).rejects.toMatchObject({ code: 'missing' });
	});

	it('can be cleared of the parts of a write where the server went away for good', async () => {
		const store = s3Store({ ...server().config, endpoint });
		let gone = Promise.resolve();
		let isOver = () => {};
		const until = new Promise<void>((resolve) => (isOver = resolve));
		const content = many(64, (written) => {
			if (written === 40) gone = line.refuse(() => until);
		});
		await expect(store.write('org/gone/object', content, never)).rejects.toMatchObject({ code: 'unreachable' });
		isOver();
		await gone;
		expect(await store.list('org/')).toContain('gone');
		await store.removeAll('org/gone/');
		expect(await uploads()).toEqual([]);
	});

	it('say so where the line is cut amid a read', async () => {
		const store = s3Store({ ...server().config, endpoint });
		await store.write('org/read', many(40), never);
		let cut = Promise.resolve();
		const read = hashOf(store.read('org/read', never), () => {
			cut = line.cutOff(0);
		});
		await expect(read).rejects.toMatchObject({ code: 'broken_off' });
		await cut;
	});

	it.each([
		['a bucket that is missing', { bucket: 'none' }, 'refused', 'BACKUP_S3_BUCKET'],
		['a secret that is wrong', { secretAccessKey: 'wrong' }, 'refused', 'BACKUP_S3_SECRET_ACCESS_KEY'],
		['a key that is unknown', { accessKeyId: 'test:nobody' }, 'refused', 'BACKUP_S3_ACCESS_KEY_ID'],
		['a port that nobody listens on', { endpoint: 'http://127.0.0.1:1' }, 'unreachable', 'refused the connection'],
		['a name that is unknown', { endpoint: 'http://s3.invalid' }, 'unreachable', 'name was not found'],
	] as const)('say what is wrong: %s', async (_, change, code, named) => {
		const store = s3Store({ ...server().config, ...change });
		await expect(store.check()).rejects.toMatchObject({ code, message: expect.stringContaining(named) });
	});
});
