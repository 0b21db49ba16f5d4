import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../support/fake-clock';
import { until } from '../support/until';
import type { WebhookStage } from '../support/webhook-stage';
import { stageForEachTest } from '../support/webhook-tests';

let stage: WebhookStage<FakeClock>;
const receiver = stageForEachTest((opened) => (stage = opened));

describe('a receiver that has answered many times and then takes long', () => {
	it('has five requests at a time to answer, never more', async () => {
		const unanswered: ServerResponse[] = [];
		const inbox = await receiver((response, before) => {
			if (before < 10) response.end();
			else unanswered.push(response);
		});
		const { service, relay } = stage.startReplica();
		await service.create(stage.organization, stage.request(inbox.url));
		await stage.change(...Array.from({ length: 30 }, () => stage.makeEvent('deployment.succeeded')));
		relay.wake();
		await until(async () => {
			await stage.clock.advance(250);
			return unanswered.length >= 5;
		});
		// As often as it took all five to go out, and each time long enough for one more.
		for (let round = 0; round < 10; round++) {
			await stage.clock.advance(250);
			await stage.webhooks.everywhere.find({});
		}
		expect(unanswered.length).toBe(5);
	});
});
