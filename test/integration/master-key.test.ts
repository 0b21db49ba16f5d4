import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import mongoose, { type Connection } from 'mongoose';
import { createIds } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets } from '../../backend/src/core/secrets';
import { checkMasterKey, sealKey } from '../../backend/src/features/first-run/master-key';
import { installationCollection } from '../../backend/src/features/first-run/model';
import { startPlatform } from '../../backend/src/platform';
import { openTestDatabase, type TestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';
import { startTestPlatform } from '../support/platform';

const [RIGHT, OTHER] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const ids = createIds(createFakeClock());

let database: TestDatabase;
let connection: Connection;
let installation: ReturnType<typeof installationCollection>;

beforeAll(async () => {
	database = await openTestDatabase();
	connection = await mongoose.createConnection(database.uri, { dbName: database.name }).asPromise();
	installation = installationCollection(connection);
});

afterAll(async () => {
	await connection.close();
	await database.drop();
});

beforeEach(() => connection.dropDatabase());

/** A database that was made under that key; one of before checks were kept has another secret alone. */
async function made({ under, checked = true }: { under: Buffer; checked?: boolean }) {
	const secrets = createSecrets(under);
	await installation.insert({
		_id: 'installation',
		organization_id: ids.next('organization'),
		completed_at: null,
		...(checked ? { key_check: sealKey(secrets) } : {}),
	});
	const secret = secrets.encrypt('a secret', 'somewhere');
	return (key: Buffer, previous: Buffer[] = []) =>
		checkMasterKey({
			installation,
			secrets: createSecrets(key, previous),
			findSecret: () => Promise.resolve(secret),
		});
}

describe('another master key', () => {
	it.each([true, false])('is refused by name (where a check was kept: %s)', async (checked) => {
		const check = await made({ under: RIGHT, checked });
		await expect(check(OTHER)).rejects.toThrow(/^SECRET_KEY: .*SECRET_KEY_PREVIOUS.*secret\.key/);
		await check(RIGHT);
	});

	it('is taken beside the right one, and alone from then on', async () => {
		const check = await made({ under: RIGHT });
		await check(OTHER, [RIGHT]);
		await check(OTHER);
		await expect(check(RIGHT)).rejects.toThrow('SECRET_KEY: ');
	});
});

it('the right master key is known from then on, also where it was not before', async () => {
	const check = await made({ under: RIGHT, checked: false });
	await check(RIGHT);
	expect(await installation.everywhere.findOne({ _id: 'installation' })).toMatchObject({
		key_check: expect.any(String),
	});
});

it('a service does not start with another master key than its first run had', async () => {
	const platform = await startTestPlatform({ SECRET_KEY: RIGHT.toString('hex') });
	await platform.stop();
	const config = { ...platform.config, secretKey: OTHER };
	await expect(startPlatform(config, { log: createLogger('silent') })).rejects.toThrow('SECRET_KEY: ');
	await platform.remove();
});
