import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { BackupDamagedError, decrypt, encrypt, makeBackupKey } from '../../backend/src/features/backups/encryption';
import { until } from '../support/until';

const CHUNK = 64 * 1024;
const AGE = '/usr/bin/age';

const bytes = (content: Uint8Array) => Readable.from([content]);

async function gather(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
	const read: Uint8Array[] = [];
	for await (const chunk of content) read.push(chunk);
	return Buffer.concat(read);
}

const contentOf = (size: number) => Buffer.alloc(size, 'a customer of ours');

describe('the encryption of backups', () => {
	it.each([0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 5 * CHUNK + 7])('gives back content of %d bytes', async (size) => {
		const { identity, recipient } = await makeBackupKey();
		const file = await gather(encrypt(bytes(contentOf(size)), recipient));
		expect(file.includes('customer')).toBe(false);
		expect((await gather(decrypt(bytes(file), identity))).equals(contentOf(size))).toBe(true);
	});

	it('is another for each file', async () => {
		const { recipient } = await makeBackupKey();
		const [one, other] = await Promise.all([1, 2].map(() => gather(encrypt(bytes(contentOf(9)), recipient))));
		expect(one).not.toEqual(other);
	});

	it('is opened by no other key', async () => {
		const [mine, other] = await Promise.all([makeBackupKey(), makeBackupKey()]);
		const file = await gather(encrypt(bytes(contentOf(9)), mine.recipient));
		await expect(gather(decrypt(bytes(file), other.identity))).rejects.toThrow(BackupDamagedError);
	});

	it.each([
		['cut off in its header', (file: Buffer) => file.subarray(0, 50)],
		['cut off after its header', (file: Buffer) => file.subarray(0, file.length - 3 * (CHUNK + 16) - 23)],
		['cut off amid a chunk', (file: Buffer) => file.subarray(0, -1)],
		['cut off between chunks', (file: Buffer) => file.subarray(0, file.length - 23)],
		['longer', (file: Buffer) => Buffer.concat([file, Buffer.from('x')])],
		['empty', () => Buffer.alloc(0)],
		['no age file', () => contentOf(CHUNK)],
		[
			'altered by a bit',
			(file: Buffer) => Buffer.concat([file.subarray(0, -1), Buffer.from([(file.at(-1) ?? 0) ^ 1])]),
		],
	])('finds that a file is %s', async (_, damage) => {
		const { identity, recipient } = await makeBackupKey();
		const file = await gather(encrypt(bytes(contentOf(3 * CHUNK + 7)), recipient));
		await expect(gather(decrypt(bytes(damage(file)), identity))).rejects.toThrow(BackupDamagedError);
	});

	it('passes the failures of the content on', async () => {
		const { identity, recipient } = await makeBackupKey();
		const failure = new Error('The store broke the connection off.');
		const file = await gather(encrypt(bytes(contentOf(3 * CHUNK)), recipient));
		async function* failing(content: Uint8Array) {
			yield* bytes(content);
			throw failure;
		}
		await expect(gather(encrypt(failing(file), recipient))).rejects.toBe(failure);
		await expect(gather(decrypt(failing(file), identity))).rejects.toBe(failure);
	});

	it('ends the content where the rest of it is not wanted', async () => {
		const { recipient } = await makeBackupKey();
		let ended = false;
		async function* endless() {
			try {
				for (;;) yield* bytes(contentOf(CHUNK));
			} finally {
				ended = true;
			}
		}
		for await (const chunk of encrypt(endless(), recipient)) if (chunk.byteLength > CHUNK) break;
		await until(() => ended);
	});

	(existsSync(AGE) ? describe : describe.skip)('and the program age', () => {
		const inFiles = async (work: (directory: string) => Promise<void>) => {
			const directory = mkdtempSync(path.join(tmpdir(), 'age-'));
			try {
				await work(directory);
			} finally {
				rmSync(directory, { recursive: true });
			}
		};

		it('opens what we encrypt', () =>
			inFiles(async (directory) => {
				const { identity, recipient } = await makeBackupKey();
				writeFileSync(path.join(directory, 'key'), identity);
				const input = await gather(encrypt(bytes(contentOf(3 * CHUNK)), recipient));
				const opened = execFileSync(AGE, ['--decrypt', '-i', path.join(directory, 'key')], { input });
				expect(opened.equals(contentOf(3 * CHUNK))).toBe(true);
			}));

		it('encrypts what we open', () =>
			inFiles(async (directory) => {
				const { identity, recipient } = await makeBackupKey();
				const output = path.join(directory, 'file.age');
				execFileSync(AGE, ['-r', recipient, '-o', output], { input: contentOf(3 * CHUNK) });
				const opened = await gather(decrypt(bytes(readFileSync(output)), identity));
				expect(opened.equals(contentOf(3 * CHUNK))).toBe(true);
			}));
	});
});
