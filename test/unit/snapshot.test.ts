import { beforeEach, describe, expect, it } from '@jest/globals';
import { openSnapshot, SnapshotError, type SnapshotSource, writeSnapshot } from '../../backend/src/runtimes/snapshot';
import { createSnapshotPipe } from '../../backend/src/runtimes/snapshot-pipe';
import { createMemoryStore } from '../support/snapshot-store';

const origin = { format: 'sandbox 1', odoo_version: '19.0', modules: { base: '19.0.1.3' }, addons: [], bytes: 8 };
const wanted = { formats: ['sandbox 1'], odoo_version: '19.0' };
let store: ReturnType<typeof createMemoryStore>;

async function* pieces(...texts: readonly string[]) {
	for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function textOf(content: AsyncIterable<Uint8Array>) {
	const read: Uint8Array[] = [];
	for await (const piece of content) read.push(piece);
	return Buffer.concat(read).toString();
}

async function readAll(from: SnapshotSource = store) {
	const snapshot = await openSnapshot(from, wanted);
	const text = await textOf(snapshot.read('records'));
	await textOf(snapshot.read('empty'));
	await snapshot.finish();
	return text;
}

beforeEach(async () => {
	store = createMemoryStore();
	await writeSnapshot(store, origin, { records: pieces('one\n', 'two\n'), empty: pieces() });
});

describe('a snapshot', () => {
	it('gives back what was written', async () => {
		expect(await readAll()).toBe('one\ntwo\n');
	});

	it('says what it is of before anything of it is read', async () => {
		const { origin: told } = await openSnapshot(store, wanted);
		expect(told).toEqual(origin);
	});

	it('has a manifest with each part’s length and hash', () => {
		const manifest: unknown = JSON.parse(String(store.parts.get('manifest.json')));
		expect(manifest).toEqual({
			parts: [
				{
					name: 'records',
					bytes: 8,
					sha256: 'c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8',
				},
				{ name: 'empty', bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
			],
		});
	});
});

describe('a snapshot is refused', () => {
	it.each([
		['that was not written to its end', () => store.parts.delete('manifest.json'), 'no whole snapshot'],
		['that does not say what it is of', () => store.parts.delete('origin.json'), 'no whole snapshot'],
		[
			'whose manifest is something else',
			() => store.parts.set('manifest.json', Buffer.from('{}')),
			'no whole snapshot',
		],
		['of which a part was changed', () => store.parts.set('records', Buffer.from('one\nTWO\n')), 'damaged'],
		['of which a part was cut off', () => store.parts.set('records', Buffer.from('one\n')), 'damaged'],
	])('%s', async (_, spoil, message) => {
		spoil();
		await expect(readAll()).rejects.toThrow(SnapshotError);
		await expect(readAll()).rejects.toThrow(message);
	});

	it('of another runtime', async () => {
		await expect(openSnapshot(store, { ...wanted, formats: ['docker 1'] })).rejects.toThrow('"docker 1" is needed');
	});

	it('of another version of Odoo', async () => {
		await expect(openSnapshot(store, { ...wanted, odoo_version: '18.0' })).rejects.toThrow('is of Odoo 19.0');
	});
});

describe('a snapshot that is restored while it is made', () => {
	it('is handed on part by part, and kept nowhere', async () => {
		const { target, source } = createSnapshotPipe();
		const written = writeSnapshot(target, origin, { records: pieces('one\n', 'two\n'), empty: pieces() });
		expect(await readAll(source)).toBe('one\ntwo\n');
		expect((await written).parts).toHaveLength(2);
	});

	it('fails for its reader where making it fails', async () => {
		const { target, source, ...pipe } = createSnapshotPipe();
		async function* broken() {
			yield* pieces('one\n');
			throw new Error('the database is gone');
		}
		const writing = writeSnapshot(target, origin, { records: broken(), empty: pieces() }).catch((reason: unknown) =>
			pipe.fail(reason),
		);
		await expect(readAll(source)).rejects.toThrow('the database is gone');
		await writing;
	});

	it('fails for its writer where nobody reads on', async () => {
		const { target, source, ...pipe } = createSnapshotPipe();
		const writing = writeSnapshot(target, origin, { records: pieces('one\n'), empty: pieces() });
		await openSnapshot(source, wanted);
		pipe.fail(new Error('it does not fit'));
		await expect(writing).rejects.toThrow('it does not fit');
	});

	it('fails for its writer where a part is left in the middle', async () => {
		const { target, source } = createSnapshotPipe();
		const writing = writeSnapshot(target, origin, { records: pieces('one\n', 'two\n'), empty: pieces() });
		const snapshot = await openSnapshot(source, wanted);
		for await (const piece of snapshot.read('records')) if (piece.length > 0) break;
		await expect(writing).rejects.toThrow('not read to its end');
	});
});
