import { beforeEach, describe, expect, it } from '@jest/globals';
import { readManifest, readPart, SnapshotError, writeSnapshot } from '../../backend/src/runtimes/snapshot';
import { createMemoryStore } from '../support/snapshot-store';

const origin = { format: 'sandbox 1', odoo_version: '19.0' };
let store: ReturnType<typeof createMemoryStore>;

async function* pieces(...texts: readonly string[]) {
	for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function textOf(content: AsyncIterable<Uint8Array>) {
	const read: Uint8Array[] = [];
	for await (const piece of content) read.push(piece);
	return Buffer.concat(read).toString();
}

const readAll = async () => textOf(readPart(store, await readManifest(store, origin), 'records'));

beforeEach(async () => {
	store = createMemoryStore();
	await writeSnapshot(store, origin, { records: pieces('one\n', 'two\n'), empty: pieces() });
});

describe('a snapshot', () => {
	it('gives back what was written', async () => {
		expect(await readAll()).toBe('one\ntwo\n');
	});

	it('has a manifest with each part’s length and hash', async () => {
		const { parts } = await readManifest(store, origin);
		expect(parts).toEqual([
			{
				name: 'records',
				bytes: 8,
				sha256: 'c3f9c8c283a2b1f2f1896f27a01cbe3cddc0c9d93f752e4639035a0f5b36f6e8',
			},
			{ name: 'empty', bytes: 0, sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855' },
		]);
	});
});

describe('a snapshot is refused', () => {
	it.each([
		['that was not written to its end', () => store.parts.delete('manifest.json'), 'no whole snapshot'],
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
		await expect(readManifest(store, { ...origin, format: 'docker 1' })).rejects.toThrow('"docker 1" is needed');
	});

	it('of another version of Odoo', async () => {
		await expect(readManifest(store, { ...origin, odoo_version: '18.0' })).rejects.toThrow('is of Odoo 19.0');
	});
});
