import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { WebhookId } from '../../backend/src/core/ids';
import type { Change } from '../../backend/src/database/collection';
import type { WebhookDocument } from '../../backend/src/features/webhooks/model';
import type { FakeClock } from '../support/fake-clock';
import { answer } from '../support/receiver';
import { until } from '../support/until';
import type { WebhookStage } from '../support/webhook-stage';
import { stageForEachTest } from '../support/webhook-tests';

const HEAD_START_MS = 250;

let stage: WebhookStage<FakeClock>;
const receiver = stageForEachTest((opened) => (stage = opened));

afterEach(() => void jest.restoreAllMocks());

/** A replica with a webhook, and what happened there. */
const serving = async (url: string) => {
	const replica = stage.startReplica();
	const { webhook } = await replica.service.create(
		stage.organization,
		stage.request(url, { events: ['deployment.*'] }),
	);
	const happen = async (count: number) => {
		await stage.change(...Array.from({ length: count }, () => stage.makeEvent('deployment.succeeded')));
		replica.relay.wake();
	};
	return { ...replica, id: webhook._id, happen };
};

const attemptsOf = async (id: WebhookId) =>
	(await stage.deliveriesOf(id)).reduce((sum, { attempts }) => sum + attempts.length, 0);

/** Waits until nobody serves the webhook; answers it as it is then. */
const givenBack = (id: WebhookId) =>
	until(() => stage.webhooks.everywhere.findOne({ _id: id, lease_owner: { $exists: false } }));

/** Lets the head start of the attempt that began last be over. */
const headStart = async () => {
	await until(() => stage.clock.sleeping.includes(HEAD_START_MS));
	await stage.clock.advance(HEAD_START_MS);
};

/** A webhook with five attempts in flight, which the test answers. */
const withFiveInFlight = async (afterwards: (response: ServerResponse) => void = answer(200)) => {
	const held: ServerResponse[] = [];
	const inbox = await receiver((response, before) => {
		if (before < 5) response.end();
		else if (before < 10) held.push(response);
		else afterwards(response);
	});
	const lane = await serving(inbox.url);
	await lane.happen(10);
	for (let begun = 6; begun <= 10; begun++) {
		await inbox.received(begun);
		await headStart();
	}
	return { ...lane, inbox, held };
};

describe('a webhook whose retries wait', () => {
	it('is given back until the first of them is due, however many they are', async () => {
		const inbox = await receiver((response, before) => answer(before % 5 < 4 ? 500 : 200)(response));
		const { id, happen } = await serving(inbox.url);
		await happen(65);
		await inbox.received(65);
		await until(async () => (await attemptsOf(id)) === 65);
		const webhook = await givenBack(id);
		expect(webhook.due_at?.getTime()).toBeGreaterThan(stage.clock.now().getTime());
	});
});

describe('a failure that could not be written down', () => {
	it('is forgotten, and the delivery tried again', async () => {
		const inbox = await receiver((response, before) => answer(before === 0 ? 500 : 200)(response));
		const { id, happen } = await serving(inbox.url);
		const { everywhere } = stage.webhooks;
		const write = everywhere.updateMany.bind(everywhere);
		let refused = 0;
		jest.spyOn(everywhere, 'updateMany').mockImplementation((...changes: readonly Change<WebhookDocument>[]) => {
			if (refused > 0 || !JSON.stringify(changes).includes('"$inc":{"consecutive_failures"'))
				return write(...changes);
			refused++;
			return Promise.reject(new Error('no primary'));
		});
		await happen(5);
		await until(async () => refused === 1 && (await givenBack(id)));
		await stage.clock.advance(1_000);
		await until(async () => (await stage.deliveriesOf(id)).every(({ status }) => status === 'succeeded'));
		expect(inbox.requests).toHaveLength(5 + 1);
	});
});

describe('a webhook that is paused and resumed while attempts are in flight', () => {
	it('has nothing sent beside them', async () => {
		const { id, inbox, held, service, happen } = await withFiveInFlight();
		await service.pause(stage.organization, id);
		await service.resume(stage.organization, id);
		await happen(1);
		await until(async () => (await stage.deliveriesOf(id)).length === 11);
		await stage.clock.advance(1_000);
		expect(inbox.requests).toHaveLength(10);
		held.forEach((response) => response.end());
		await inbox.received(11);
		await until(async () => (await stage.deliveriesOf(id)).every(({ status }) => status === 'succeeded'));
		const messages = inbox.requests.map(({ headers }) => headers['webhook-id']);
		expect(new Set(messages).size).toBe(11);
	});
});

describe('the count of failures', () => {
	it('follows the order of the answers: a success sets back those before it', async () => {
		const { id, held } = await withFiveInFlight();
		held.slice(0, 4).forEach((response) => response.writeHead(500).end());
		await until(async () => (await attemptsOf(id)) > 5);
		held[4]?.end();
		await until(async () => (await attemptsOf(id)) === 10);
		const webhook = await until(() =>
			stage.webhooks.everywhere.findOne({ _id: id, status: 'active', consecutive_failures: 0 }),
		);
		expect(webhook.paused_reason).toBeNull();
	});
});

describe('a receiver that asks for rest', () => {
	it('is left alone until then, whatever happens meanwhile', async () => {
		const inbox = await receiver((response, before) =>
			before === 1 ? answer(429, { 'Retry-After': '2' })(response) : response.end(),
		);
		const { id, happen } = await serving(inbox.url);
		await happen(8);
		await stage.attempted(id, 1);
		await until(() => stage.webhooks.everywhere.findOne({ _id: id, rest_until: { $exists: true } }));
		await happen(1);
		await until(async () => (await stage.deliveriesOf(id)).length === 9 && (await givenBack(id)));
		expect(inbox.requests).toHaveLength(2);
		await stage.clock.advance(2_000);
		await inbox.received(10);
		expect(await givenBack(id)).toMatchObject({ status: 'active', consecutive_failures: 0 });
	});

	it('is not left alone any longer once the webhook was paused and resumed', async () => {
		const inbox = await receiver((response, before) =>
			before === 0 ? answer(429, { 'Retry-After': '3' })(response) : response.end(),
		);
		const { id, service, happen } = await serving(inbox.url);
		await happen(1);
		await stage.attempted(id, 1);
		await service.pause(stage.organization, id);
		await service.resume(stage.organization, id);
		expect(await stage.attempted(id, 2)).toMatchObject({ status: 'succeeded' });
	});
});

describe('a webhook that is deleted while much waits', () => {
	it('has at most what was in flight sent after that', async () => {
		const { id, inbox, held, service, happen } = await withFiveInFlight();
		await happen(20);
		await until(async () => (await stage.deliveriesOf(id)).length === 30);
		await service.delete(stage.organization, id);
		held.forEach((response) => response.end());
		await until(async () => (await attemptsOf(id)) === 10);
		await stage.clock.advance(1_000);
		expect(inbox.requests).toHaveLength(10);
	});
});
