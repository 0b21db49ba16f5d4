import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import { openTestDatabase, type TestDatabase } from './database';
import { createFakeClock, type FakeClock } from './fake-clock';
import { type Receiver, startReceiver } from './receiver';
import { openWebhookStage, type WebhookStage } from './webhook-stage';

/**
 * Opens a stage before every test of the file, hands it over, and closes it afterwards.
 * Returns what starts a receiver for the test that runs.
 */
export function stageForEachTest(handOver: (stage: WebhookStage<FakeClock>) => void): typeof startReceiver {
	const receivers: Receiver[] = [];
	let database: TestDatabase;
	let stage: WebhookStage<FakeClock>;

	beforeAll(async () => {
		database = await openTestDatabase();
	});

	afterAll(async () => {
		await database.drop();
	});

	beforeEach(async () => {
		stage = await openWebhookStage(database, createFakeClock());
		handOver(stage);
	});

	afterEach(async () => {
		await stage.close();
		for (const receiver of receivers.splice(0)) await receiver.close();
	});

	return async (respond) => {
		const started = await startReceiver(respond);
		receivers.push(started);
		return started;
	};
}
