import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError, readConfig } from '../../backend/src/config';
import type { FreeSpace } from '../../backend/src/core/disk-space';
import { createLogger } from '../../backend/src/core/log';
import { startPlatform } from '../../backend/src/platform';
import { ask } from '../support/ask';

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'odoo-platform-start-'));
});

afterEach(() => rm(directory, { recursive: true }));

/** Starts the service on a directory that is not there yet. */
const start = (environment: Record<string, string>, options: { freeSpace?: FreeSpace } = {}) =>
	startPlatform(
		readConfig({ PORT: '0', DOCKER_HOST: 'none', DATA_DIR: path.join(directory, 'data'), ...environment }),
		{
			log: createLogger('silent'),
			...options,
		},
	);

describe('a start', () => {
	it('makes a data directory for its owner alone, whoever keeps the master key', async () => {
		const platform = await start({ SECRET_KEY: 'ab'.repeat(32) });
		await platform.stop();
		expect((await stat(path.join(directory, 'data'))).mode & 0o777).toBe(0o700);
	});

	it('names the variable of a database that cannot be opened', async () => {
		const started = start({ MONGODB_URI: 'mongodb://user:100%@127.0.0.1/' });
		await expect(started).rejects.toThrow(ConfigError);
		await expect(started).rejects.toThrow('MONGODB_URI');
	});

	it('leads to a service that is ready while its disk has room, and says so when it has not', async () => {
		let free = 64 * 1024 * 1024;
		const asked = new Set<string>();
		const freeSpace: FreeSpace = (place) => {
			asked.add(place);
			return Promise.resolve(free);
		};
		const platform = await start({}, { freeSpace });
		const ready = async () => (await ask(platform.url, 'GET', '/readyz')).json;
		const before = await ready();
		free -= 1;
		const after = await ready();
		await platform.stop();
		expect({ before, after, asked: [...asked] }).toEqual({
			before: { status: 'ready' },
			after: {
				status: 'unavailable',
				reason: 'The disk of DATA_DIR has 63 MiB left, and 64 are needed.',
			},
			asked: [path.join(directory, 'data')],
		});
	});
});
