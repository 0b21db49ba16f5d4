import { describe, expect, it } from '@jest/globals';
import { outboxOf } from '../../backend/src/database/outbox';
import type { FakeClock } from '../support/fake-clock';
import { until } from '../support/until';
import type { WebhookStage } from '../support/webhook-stage';
import { stageForEachTest } from '../support/webhook-tests';

let stage: WebhookStage<FakeClock>;
stageForEachTest((opened) => (stage = opened));

describe('events that wait in more documents than are read at a time', () => {
	it('go on in the order of events, though the oldest documents hold the latest', async () => {
		const events = Array.from({ length: 250 }, () => stage.makeEvent('deployment.succeeded'));
		const documents = events.map(() => stage.ids.next('project')).reverse();
		await stage.things.insertNew(
			events.map((event, index) => ({
				_id: documents[index] ?? stage.ids.next('project'),
				organization_id: stage.organization,
				...outboxOf([event]),
			})),
		);
		const carried: string[] = [];
		stage.startReplica({ afterFanOut: ({ id }) => carried.push(id) });
		await until(async () => (await stage.things.everywhere.findOne({ outbox_pending: true })) === null);
		expect(carried).toEqual(events.map(({ id }) => id));
	});
});
