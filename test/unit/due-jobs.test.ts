import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import mongoose from 'mongoose';
import { z } from 'zod';
import { systemClock } from '../../backend/src/core/clock';
import { createLogger } from '../../backend/src/core/log';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { plan, readFilter, Store } from '@odoo-platform/embedded-mongo/testing';
import { jobCollection, jobLogCollection } from '../../backend/src/features/jobs/model';
import { createJobWorker } from '../../backend/src/features/jobs/worker';
import { until } from '../support/until';

let dataDir: string;

beforeEach(() => {
	dataDir = mkdtempSync(path.join(tmpdir(), 'odoo-platform-due-jobs-'));
});

afterEach(() => rmSync(dataDir, { recursive: true }));

/** What a worker asks the database for, once its collection is there with all its indexes. */
async function claimOfAWorker() {
	const clock = systemClock;
	const engine = await startEmbeddedEngine({ dataDir, clock });
	const connection = await mongoose.createConnection(engine.uri, { dbName: 'due', autoIndex: false }).asPromise();
	const jobs = jobCollection(connection);
	await jobs.createIndexes();
	const update = jest.spyOn(jobs.everywhere, 'update');
	const worker = createJobWorker({
		jobs,
		logs: jobLogCollection(connection),
		definitions: [],
		clock,
		log: createLogger('silent'),
		owner: 'this test',
		notify: () => undefined,
		onChange: () => undefined,
	});
	worker.start();
	const [filter, , options] = await until(() => update.mock.calls[0]);
	await worker.stop();
	await connection.close();
	await engine.close();
	return { filter: z.record(z.string(), z.unknown()).parse(filter), sort: Object.entries(options?.sort ?? {}) };
}

describe('looking for due jobs', () => {
	it('reads them in their order from an index, however many jobs have ended', async () => {
		const { filter, sort } = await claimOfAWorker();
		const store = Store.open(path.join(dataDir, 'database'));
		const collection = store.catalog.find('due', 'jobs');
		const chosen = collection && plan(store, collection, readFilter(filter), sort);
		await store.close();
		expect({ key: chosen?.index?.spec.key, sorted: chosen?.sorted }).toEqual({
			key: { status: 1, 'lease.until': 1 },
			sorted: true,
		});
	});
});
