import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createLogger } from '../../backend/src/core/log';
import { installationCollection } from '../../backend/src/features/first-run/model';
import { startPlatform } from '../../backend/src/platform';
import { startTestPlatform, type TestPlatform } from '../support/platform';

const RIGHT = Buffer.alloc(32, 1);
const OTHER = Buffer.alloc(32, 2);

let platform: TestPlatform;
let connection: Connection;
let installation: ReturnType<typeof installationCollection>;

beforeEach(async () => {
	platform = await startTestPlatform({ SECRET_KEY: RIGHT.toString('hex') });
	await platform.stop();
	connection = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
	installation = installationCollection(connection);
});

afterEach(async () => {
	await connection.close();
	await platform.remove();
});

async function start(secretKey: Buffer, previousSecretKeys: Buffer[] = []) {
	const config = { ...platform.config, secretKey, previousSecretKeys };
	const started = await startPlatform(config, { log: createLogger('silent') });
	await started.stop();
}

/** Makes the database one of before checks were kept. */
const forgetCheck = () => installation.everywhere.update({ _id: 'installation' }, { $unset: { key_check: '' } });

describe('a start with another master key', () => {
	it('is refused, and names the variable', async () => {
		await expect(start(OTHER)).rejects.toThrow(/^SECRET_KEY: .*SECRET_KEY_PREVIOUS.*secret\.key/);
	});

	it('is refused on a database of before checks were kept', async () => {
		await forgetCheck();
		await expect(start(OTHER)).rejects.toThrow('SECRET_KEY: ');
	});

	it('leaves the database good for the right one', async () => {
		await expect(start(OTHER)).rejects.toThrow('SECRET_KEY: ');
		await start(RIGHT);
	});
});

describe('a start is accepted', () => {
	it('with a new master key beside the right one, and from then on alone', async () => {
		await start(OTHER, [RIGHT]);
		await start(OTHER);
		await expect(start(RIGHT)).rejects.toThrow('SECRET_KEY: ');
	});

	it('with the right one, which is then known also where it was not before', async () => {
		await forgetCheck();
		await start(RIGHT);
		const known = await installation.everywhere.findOne({ _id: 'installation' });
		expect(known?.key_check).toBeDefined();
	});
});
