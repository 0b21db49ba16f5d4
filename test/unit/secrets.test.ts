import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSecrets, equalInConstantTime, loadMasterKey } from '../../backend/src/core/secrets';

const secrets = createSecrets(Buffer.alloc(32, 1));

describe('secrets at rest', () => {
	it('come back as they were', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, context) => {
				expect(secrets.decrypt(secrets.encrypt(plain, context), context)).toBe(plain);
			}),
		);
	});

	it('differ each time, so that equal secrets do not show', () => {
		expect(secrets.encrypt('same', 'a')).not.toBe(secrets.encrypt('same', 'a'));
	});

	it('are of no use in another place', () => {
		const sealed = secrets.encrypt('secret', 'key_1');
		expect(() => secrets.decrypt(sealed, 'key_2')).toThrow();
	});

	it('are of no use under another master key', () => {
		const sealed = secrets.encrypt('secret', 'key_1');
		expect(() => createSecrets(Buffer.alloc(32, 2)).decrypt(sealed, 'key_1')).toThrow();
	});

	it('are still opened under a master key from before, and made under the current one', () => {
		const before = createSecrets(Buffer.alloc(32, 2));
		const rotated = createSecrets(Buffer.alloc(32, 3), [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]);
		expect(rotated.decrypt(before.encrypt('secret', 'a'), 'a')).toBe('secret');
		expect(createSecrets(Buffer.alloc(32, 3)).decrypt(rotated.encrypt('secret', 'a'), 'a')).toBe('secret');
	});

	it('tell the age of the master key that they are under', () => {
		const rotated = createSecrets(Buffer.alloc(32, 3), [Buffer.alloc(32, 2)]);
		const ages = [3, 2, 1].map((byte) => rotated.ageOf(createSecrets(Buffer.alloc(32, byte)).encrypt('x', 'a')));
		expect(ages).toEqual(['current', 'previous', 'unknown']);
	});

	it('refuse a changed byte', () => {
		const bytes = Buffer.from(secrets.encrypt('secret', 'a'), 'base64');
		bytes.writeUInt8(bytes.readUInt8(18) ^ 1, 18);
		expect(() => secrets.decrypt(bytes.toString('base64'), 'a')).toThrow();
	});
});

describe('comparing in constant time', () => {
	it('agrees with equality', () => {
		fc.assert(
			fc.property(fc.string(), fc.string(), (left, right) => {
				expect(equalInConstantTime(left, right)).toBe(left === right);
				expect(equalInConstantTime(left, left)).toBe(true);
			}),
		);
	});
});

describe('the master key', () => {
	it('is made once, for its owner alone, and stays', async () => {
		const directory = await mkdtemp(path.join(tmpdir(), 'secrets-'));
		try {
			const keys = await Promise.all(Array.from({ length: 5 }, () => loadMasterKey(directory)));
			expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
			expect((await stat(path.join(directory, 'secret.key'))).mode & 0o777).toBe(0o600);
		} finally {
			await rm(directory, { recursive: true });
		}
	});
});
