import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import mongoose from 'mongoose';
import { createIds, type DeliveryId, firstId } from '../../backend/src/core/ids';
import { type Collection, find, isDoc, readFilter, Store } from '@odoo-platform/embedded-mongo/testing';
import { createDeliveryLog, type DeliveryFilter, MAX_REPLAYED } from '../../backend/src/features/webhooks/delivery-log';
import { DELIVERED_TYPES, deliveryCollection, webhookCollection } from '../../backend/src/features/webhooks/model';
import { createFakeClock } from '../support/fake-clock';

/** How many documents the embedded engine reads for a page of the log, whatever the log's length. */

const LENGTHS = { short: 1_000, long: 4_000 } as const;
/** What a page of 50 asks for: one more, to know whether another follows. */
const LIMIT = 51;
const SECOND = 1_000;

const clock = createFakeClock();
const ids = createIds(clock);
const organization_id = ids.next('organization');
const webhook_id = ids.next('webhook');
const end = clock.now();
/** The time of the delivery that came so many deliveries before the last: one a second. */
const ago = (count: number) => new Date(end.getTime() - count * SECOND);

const connection = mongoose.createConnection();
const deliveries = deliveryCollection(connection);
const webhooks = webhookCollection(connection);
const indexes = connection
	.model('webhook_deliveries')
	.schema.indexes()
	.map(([key]) => ({ key: specOf(key), name: Object.keys(key).join('_') }));

let dir: string;
let store: Store;
const collections = new Map<keyof typeof LENGTHS, Collection>();

beforeAll(async () => {
	dir = mkdtempSync(path.join(tmpdir(), 'odoo-platform-test-'));
	store = Store.open(dir);
	for (const name of ['short', 'long'] as const) {
		collections.set(name, await store.write(() => fill(name, LENGTHS[name])));
	}
});

afterAll(async () => {
	await store.close();
	rmSync(dir, { recursive: true, force: true });
});

/** Every tenth delivery failed, every hundredth tells of a server; one of each among the oldest is rarer still. */
function fill(name: string, length: number): Collection {
	const collection = store.catalog.ensure('db', name);
	for (const index of indexes) store.catalog.addIndex(collection, index).ready = true;
	for (let age = length - 1; age >= 0; age--) {
		store.insert(collection, {
			...deliveryAt(age),
			event_type:
				age === length - 1 ? 'webhook.paused' : age % 100 === 0 ? 'server.degraded' : 'deployment.succeeded',
			status: age === length - 1 ? 'held' : age % 10 === 0 ? 'failed' : 'succeeded',
		});
	}
	return collection;
}

function specOf(key: object) {
	const fields = Object.entries(key).map(([field, direction]) => [field, direction === -1 ? -1 : 1] as const);
	return Object.fromEntries(fields);
}

/** A log that asks these for deliveries, and events for nothing. */
const logOf = (find: typeof deliveries.find) =>
	createDeliveryLog({
		webhooks,
		webhooksService: { get: () => Promise.resolve(webhook) },
		deliveries: { ...deliveries, find },
		history: { thoseOf: () => Promise.resolve([]) },
		clock,
		ids,
		notify: () => undefined,
	});

/** How many documents are read for a page, and found. */
async function read(name: keyof typeof LENGTHS, filter: DeliveryFilter, after: DeliveryId | null) {
	const collection = collections.get(name);
	if (collection === undefined) throw new Error('not filled');
	let counted = { read: 0, found: 0 };
	const log = logOf((_tenant, asked, options) => {
		const filter = readFilter({ ...documentOf(asked), organization_id });
		const sort = Object.entries(options?.sort ?? {});
		const got = jest.spyOn(store, 'get');
		const readAlone = jest.spyOn(store, 'read');
		const found = [...find(store, collection, { filter, sort, skip: 0, limit: options?.limit ?? 0 })];
		counted = { read: Math.max(got.mock.calls.length, readAlone.mock.calls.length), found: found.length };
		jest.restoreAllMocks();
		return Promise.resolve([]);
	});
	await log.list(organization_id, webhook_id, filter, after, LIMIT);
	return counted;
}

function documentOf(value: unknown) {
	if (!isDoc(value)) throw new Error('no document');
	return value;
}

const webhook = {
	_id: webhook_id,
	organization_id,
	url: 'https://hooks.example.com/',
	format: 'generic',
	events: ['*'],
	environment_ids: null,
	project_ids: null,
	secret: '',
	previous_secrets: [],
	status: 'active',
	paused_reason: null,
	consecutive_failures: 0,
	created_at: end,
	queued: 0,
	outbox: [],
} as const;

const FILTERS: Record<string, [filter: DeliveryFilter, found: number]> = {
	nothing: [{}, LIMIT],
	'a frequent status': [{ status: 'succeeded' }, LIMIT],
	'a rare status': [{ status: 'held' }, 1],
	'a status that there is not': [{ status: 'pending' }, 0],
	'a frequent event type': [{ event_type: 'deployment.succeeded' }, LIMIT],
	'a rare event type': [{ event_type: 'webhook.paused' }, 1],
	'an event type that there is not': [{ event_type: 'server.recovered' }, 0],
	'a status and an event type that are never together': [{ status: 'failed', event_type: 'webhook.paused' }, 0],
	'a status and an event type': [{ status: 'succeeded', event_type: 'deployment.succeeded' }, LIMIT],
	'a recent time': [{ since: ago(9) }, 10],
	'a recent time and a status': [{ since: ago(9), status: 'failed' }, 1],
};

describe('a page of the delivery log, filtered by', () => {
	it.each(Object.entries(FILTERS))(
		'%s, is read at the same cost from a log of any length',
		async (_, [filter, found]) => {
			const [short, long] = [await read('short', filter, null), await read('long', filter, null)];
			expect([short.found, long.found, long.read]).toEqual([found, found, short.read]);
		},
	);

	it.each(Object.entries(FILTERS))(
		'%s, takes no reading but of what it shows and of a minute',
		async (_, [filter, found]) => {
			// What was made up to a minute before `since` could be of a later time than its id.
			const around = filter.since === undefined ? 0 : 60;
			expect((await read('long', filter, null)).read).toBeLessThanOrEqual(
				found + around + DELIVERED_TYPES.length,
			);
		},
	);

	it('a status, is read no slower far from its beginning', async () => {
		const middle = firstId('delivery', ago(500));
		expect(await read('long', { status: 'succeeded' }, middle)).toEqual({ read: expect.any(Number), found: LIMIT });
		expect((await read('long', { status: 'succeeded' }, middle)).read).toBeLessThanOrEqual(LIMIT + 1);
	});
});

describe('a replay of more than one request may ask for', () => {
	it('is refused before anything is queued, and reads no further', async () => {
		let made = 0;
		const log = logOf((_tenant, _filter, options) => {
			const count = options?.limit ?? 0;
			made += count;
			return Promise.resolve(Array.from({ length: count }, (_, index) => deliveryAt(made - index)));
		});
		const filter = { since: ago(1_000_000), until: end, status: 'succeeded' } as const;
		await expect(log.replayMany(organization_id, webhook_id, filter)).rejects.toMatchObject({
			status: 422,
			more: { errors: [{ pointer: '/since' }] },
		});
		expect(made).toBeLessThan(MAX_REPLAYED + 200);
	});
});

const deliveryAt = (age: number) => ({
	_id: firstId('delivery', ago(age)),
	organization_id,
	webhook_id,
	event_id: firstId('event', ago(age)),
	message_id: firstId('event', ago(age)),
	replay_of: null,
	event_type: 'deployment.succeeded' as const,
	body: '{}',
	status: 'succeeded' as const,
	next_attempt_at: null,
	response_code: 200,
	response_body: '',
	retry_count: 0,
	attempts: [],
	created_at: ago(age),
});
