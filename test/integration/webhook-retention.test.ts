import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startEmbeddedEngine } from '@odoo-platform/embedded-mongo';
import { openTestDatabase } from '../support/database';
import { createFakeClock } from '../support/fake-clock';
import { openWebhookStage } from '../support/webhook-stage';

const MONTH_MS = 30 * 24 * 60 * 60 * 1_000;

const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
	for (const close of closing.splice(0).reverse()) await close();
});

describe('events and deliveries', () => {
	it('are declared to the database to be over after 30 days', async () => {
		const database = await openTestDatabase();
		closing.push(() => database.drop());
		const stage = await openWebhookStage(database, createFakeClock());
		closing.push(stage.close);
		for (const name of ['events', 'webhook_deliveries']) {
			expect(await stage.connection.collection(name).indexes()).toContainEqual(
				expect.objectContaining({ key: { created_at: 1 }, expireAfterSeconds: MONTH_MS / 1_000 }),
			);
		}
	});

	it('are gone after 30 days on the embedded engine, and no earlier', async () => {
		const today = createFakeClock();
		const dataDir = mkdtempSync(path.join(tmpdir(), 'odoo-platform-test-'));
		closing.push(() => rmSync(dataDir, { recursive: true, force: true }));
		const engine = await startEmbeddedEngine({ dataDir, clock: today });
		closing.push(() => engine.close());
		const monthAgo = createFakeClock(new Date(today.now().getTime() - MONTH_MS));
		const stage = await openWebhookStage({ uri: engine.uri, name: 'retention' }, monthAgo);
		closing.push(stage.close);
		const { service, relay } = stage.startReplica({ working: false });
		const { webhook } = await service.create(stage.organization, stage.request('http://127.0.0.1/'));
		const over = stage.makeEvent('deployment.succeeded');
		await relay.carry(over);
		await monthAgo.advance(1);
		const recent = stage.makeEvent('deployment.succeeded');
		await relay.carry(recent);
		const left = async () => ({
			events: (await stage.events.everywhere.find({}, { sort: { _id: 1 } })).map(({ _id }) => _id),
			deliveries: (await stage.deliveriesOf(webhook._id)).map(({ event_id }) => event_id),
		});
		expect(await left()).toEqual({ events: [over.id, recent.id], deliveries: [over.id, recent.id] });
		await engine.removeExpired();
		expect(await left()).toEqual({ events: [recent.id], deliveries: [recent.id] });
	});
});
