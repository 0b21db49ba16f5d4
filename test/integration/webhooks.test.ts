import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { WebhookId } from '../../backend/src/core/ids';
import type { WebhooksService } from '../../backend/src/features/webhooks/service';
import type { Fetch } from '../../backend/src/net/outbound';
import type { FakeClock } from '../support/fake-clock';
import { answer, type ReceivedRequest } from '../support/receiver';
import { until } from '../support/until';
import type { WebhookStage } from '../support/webhook-stage';
import { stageForEachTest } from '../support/webhook-tests';

const HEAD_START_MS = 250;

/** Leaves one request without an answer, the first being 0. */
const answerAllBut = (unanswered: number) => (response: ServerResponse, before: number) => {
	if (before !== unanswered) response.end();
};

const THREE = ['deployment.queued', 'deployment.started', 'deployment.succeeded'] as const;

let stage: WebhookStage<FakeClock>;
const receiver = stageForEachTest((opened) => (stage = opened));

const register = (service: WebhooksService, url: string, events = ['*'], organization = stage.organization) =>
	service.create(organization, stage.request(url, { events }));

const statusOf = async (id: WebhookId) => (await stage.webhooks.everywhere.findOne({ _id: id }))?.status;

const failuresOf = async (id: WebhookId) =>
	(await stage.webhooks.everywhere.findOne({ _id: id }))?.consecutive_failures;

describe('an event', () => {
	it('reaches the webhook that asks for it without the clock moving', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		await register(service, inbox.url, ['deployment.*']);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await inbox.received(1);
		expect(inbox.requests[0]).toMatchObject({ method: 'POST', path: '/hook' });
	});

	it('is sent as id, type, created_at and data', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		await register(service, inbox.url);
		const event = stage.makeEvent('deployment.failed');
		await stage.change(event);
		relay.wake();
		await inbox.received(1);
		const { id, type, created_at, data } = event;
		expect(inbox.requests[0]?.body).toBe(JSON.stringify({ id, type, created_at: created_at.toISOString(), data }));
	});

	it('is signed with the webhook’s secret at the time of the attempt', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		const { secret } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.failed'));
		relay.wake();
		await inbox.received(1);
		const { headers, body }: Pick<ReceivedRequest, 'headers' | 'body'> = inbox.requests[0] ?? {
			headers: {},
			body: '',
		};
		const seconds = Math.floor(stage.clock.now().getTime() / 1_000);
		expect(headers).toMatchObject({
			'content-type': 'application/json',
			'user-agent': 'OdooPlatform-Webhooks/1.0',
			'x-oecsh-delivery': expect.stringMatching(/^dlv_/),
			'x-oecsh-timestamp': String(seconds),
			'webhook-timestamp': String(seconds),
			'webhook-signature': new Webhook(secret).sign(
				String(headers['webhook-id']),
				new Date(seconds * 1_000),
				body,
			),
		});
	});

	it('does not reach webhooks that ask for others', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		const { webhook: other } = await register(service, inbox.url, ['environment.*', 'deployment.failed']);
		const { webhook } = await register(service, inbox.url, ['deployment.succeeded']);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await stage.attempted(webhook._id, 1);
		expect(await stage.deliveriesOf(other._id)).toEqual([]);
	});

	it('does not reach webhooks of another organization', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		const { webhook: foreign } = await register(service, inbox.url, ['*'], stage.ids.next('organization'));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await stage.attempted(webhook._id, 1);
		expect(await stage.deliveriesOf(foreign._id)).toEqual([]);
	});

	it('does not reach a webhook that was deleted', async () => {
		const { service, relay } = stage.startReplica();
		const [deleted, inbox] = [await receiver(), await receiver()];
		const { webhook: gone } = await register(service, deleted.url);
		const { webhook } = await register(service, inbox.url);
		await service.delete(stage.organization, gone._id);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await stage.attempted(webhook._id, 1);
		expect(deleted.requests).toEqual([]);
	});

	it('is not retried once the webhook is deleted', async () => {
		const { service, relay } = stage.startReplica();
		const [broken, inbox] = [await receiver(answer(500)), await receiver()];
		const { webhook: gone } = await register(service, broken.url, ['deployment.started']);
		await register(service, inbox.url, ['deployment.succeeded']);
		await stage.change(stage.makeEvent('deployment.started'));
		relay.wake();
		await stage.attempted(gone._id, 1);
		await service.delete(stage.organization, gone._id);
		await stage.clock.advance(5_000);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await inbox.received(1);
		expect(broken.requests).toHaveLength(1);
	});

	it('is kept in the history of its organization', async () => {
		const { relay } = stage.startReplica();
		const { id, ...event } = stage.makeEvent('deployment.succeeded');
		await stage.change({ id, ...event });
		relay.wake();
		expect(await until(() => stage.events.findOne(stage.organization, { _id: id }))).toEqual({ _id: id, ...event });
	});

	it('leaves its outbox, and the index that finds it, once it was carried on', async () => {
		const { relay } = stage.startReplica();
		await stage.change(stage.makeEvent('deployment.started'), stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const [thing] = await until(async () => {
			const found = await stage.things.everywhere.find({ outbox_pending: { $exists: false } });
			return found.length > 0 && found;
		});
		expect(thing?.outbox).toEqual([]);
	});

	it('is found without being announced, by the next poll', async () => {
		const { service } = stage.startReplica();
		const inbox = await receiver();
		await register(service, inbox.url);
		await until(() => stage.clock.sleeping.length === 2);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		await stage.clock.advance(1_000);
		await inbox.received(1);
		expect(inbox.requests).toHaveLength(1);
	});
});

/** Waits until the deliveries of exactly these types have succeeded. */
const succeeded = (id: WebhookId, ...types: string[]) =>
	until(async () => {
		const done = (await stage.deliveriesOf(id)).filter(({ status }) => status === 'succeeded');
		return done.map(({ event_type }) => event_type).join() === types.join();
	});

describe('events of one webhook', () => {
	it('arrive in their order, each once, whatever documents they come from', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver();
		const { webhook } = await register(service, inbox.url);
		await until(() => stage.clock.sleeping.length === 2);
		const events = Array.from({ length: 60 }, () => stage.makeEvent('deployment.succeeded'));
		await Promise.all([3, 1, 2, 0].map((part) => stage.change(...events.filter((_, index) => index % 4 === part))));
		relay.wake();
		await inbox.received(60);
		await until(async () => (await stage.deliveriesOf(webhook._id)).every(({ status }) => status === 'succeeded'));
		expect(inbox.requests.map(({ headers }) => headers['webhook-id'])).toEqual(events.map(({ id }) => id));
	});

	it('arrive in their order, each once, when two replicas share the work', async () => {
		const [one, other] = [stage.startReplica(), stage.startReplica()];
		const inbox = await receiver();
		const { webhook } = await register(one.service, inbox.url);
		const events = Array.from({ length: 30 }, () => stage.makeEvent('deployment.succeeded'));
		for (const event of events) {
			await stage.change(event);
			one.relay.wake();
			other.relay.wake();
		}
		await inbox.received(30);
		await until(async () => (await stage.deliveriesOf(webhook._id)).every(({ status }) => status === 'succeeded'));
		expect(inbox.requests.map(({ headers }) => headers['webhook-id'])).toEqual(events.map(({ id }) => id));
	});

	it('do not wait for a receiver of another webhook that never answers', async () => {
		const { service, relay } = stage.startReplica();
		const [silent, inbox] = [await receiver(() => undefined), await receiver()];
		await register(service, silent.url);
		await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.started'), stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await inbox.received(2);
		expect(inbox.requests).toHaveLength(2);
	});

	it('are sent beside one that is answered slowly', async () => {
		const first = stage.startReplica();
		await first.worker.stop();
		const inbox = await receiver(answerAllBut(1));
		const { webhook } = await register(first.service, inbox.url);
		await stage.change(...THREE.map((type) => stage.makeEvent(type)));
		first.relay.wake();
		await until(async () => (await stage.deliveriesOf(webhook._id)).length === 3);
		stage.startReplica();
		await inbox.received(2);
		await until(() => stage.clock.sleeping.includes(HEAD_START_MS));
		await stage.clock.advance(HEAD_START_MS);
		await inbox.received(3);
		await succeeded(webhook._id, 'deployment.queued', 'deployment.succeeded');
	});

	/** A webhook whose receiver answered one event and has not answered the next. */
	const withOneInFlight = async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver(answerAllBut(1));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.queued'), stage.makeEvent('deployment.started'));
		relay.wake();
		await inbox.received(2);
		await until(() => stage.clock.sleeping.includes(HEAD_START_MS));
		await stage.clock.advance(HEAD_START_MS);
		return { webhook, inbox, relay };
	};

	it('are sent beside one that is in flight when they are queued', async () => {
		const { webhook, inbox, relay } = await withOneInFlight();
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await inbox.received(3);
		await succeeded(webhook._id, 'deployment.queued', 'deployment.succeeded');
	});

	it('are sent beside one that is in flight a second after another replica queued them', async () => {
		const { webhook, inbox, relay } = await withOneInFlight();
		await relay.stop();
		const other = stage.startReplica({ working: false });
		await other.service.fanOut(stage.makeEvent('deployment.succeeded'));
		await until(() => stage.clock.sleeping.filter((ms) => ms > 1_000 && ms <= 1_100).length === 1);
		await stage.clock.advance(1_100);
		await inbox.received(3);
		await succeeded(webhook._id, 'deployment.queued', 'deployment.succeeded');
	});

	it('go out one at a time before it answers, and one more with each answer', async () => {
		const { service, relay } = stage.startReplica();
		const held: ServerResponse[] = [];
		const inbox = await receiver((response) => held.push(response));
		const { webhook } = await register(service, inbox.url);
		for (let count = 0; count < 5; count++) await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const headStart = async (begun: number) => {
			await inbox.received(begun);
			await until(() => stage.clock.sleeping.includes(HEAD_START_MS));
			await stage.clock.advance(HEAD_START_MS);
		};
		await headStart(1);
		expect(await stage.deliveriesOf(webhook._id)).toHaveLength(5);
		expect(inbox.requests).toHaveLength(1);
		held[0]?.end();
		await headStart(2);
		await headStart(3);
		await stage.attempted(webhook._id, 1);
		expect(inbox.requests).toHaveLength(3);
	});
});

describe('a failed attempt', () => {
	it('is repeated 1 s, 5 s and 30 s later with the same id and body and a new time', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver((response, before) => answer(before < 3 ? 500 : 200)(response));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const start = stage.clock.now().getTime();
		for (const [attempts, step] of [1_000, 5_000, 30_000].entries()) {
			const delivery = await stage.attempted(webhook._id, attempts + 1);
			expect(delivery.next_attempt_at).toEqual(new Date(stage.clock.now().getTime() + step));
			await stage.clock.advance(step);
		}
		const delivery = await stage.attempted(webhook._id, 4);
		expect(delivery).toMatchObject({ status: 'succeeded', retry_count: 3, next_attempt_at: null });
		expect(delivery.attempts.map(({ at }) => at.getTime() - start)).toEqual([0, 1_000, 6_000, 36_000]);
		expect(
			new Set(inbox.requests.map(({ headers, body }) => `${String(headers['webhook-id'])} ${body}`)).size,
		).toBe(1);
		expect(new Set(inbox.requests.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4);
	});

	it('is waited for once, however many events come before its retry', async () => {
		const { service, relay } = stage.startReplica();
		const respond = answer(503, { 'Retry-After': '3' });
		const inbox = await receiver((response, before) => (before === 0 ? respond : answer(200))(response));
		const { webhook } = await register(service, inbox.url);
		for (let count = 1; count <= 4; count++) {
			await stage.change(stage.makeEvent('deployment.succeeded'));
			relay.wake();
			await inbox.received(1);
			await until(async () => (await stage.deliveriesOf(webhook._id)).length === count);
			await until(() => stage.webhooks.everywhere.findOne({ _id: webhook._id, lease_owner: { $exists: false } }));
		}
		expect(stage.clock.sleeping.filter((ms) => ms === 3_000)).toHaveLength(1);
	});

	it('sets the count of failures back when the next succeeds', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver((response, before) => answer(before < 1 ? 500 : 204)(response));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await stage.attempted(webhook._id, 1);
		expect(await failuresOf(webhook._id)).toBe(1);
		await stage.clock.advance(1_000);
		await stage.attempted(webhook._id, 2);
		expect(await failuresOf(webhook._id)).toBe(0);
	});

	it('is repeated when the receiver asks for it by Retry-After, up to the next step', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver(answer(503, { 'Retry-After': '3' }));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const delivery = await stage.attempted(webhook._id, 1);
		expect(delivery.next_attempt_at).toEqual(new Date(stage.clock.now().getTime() + 3_000));
	});

	it('is one without a response within 15 s', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver(() => undefined);
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await inbox.received(1);
		await stage.clock.advance(15_000);
		const { attempts } = await stage.attempted(webhook._id, 1);
		expect(attempts).toMatchObject([
			{
				at: expect.any(Date),
				duration_ms: 15_000,
				response_code: null,
				error: 'No response came within 15 seconds.',
			},
		]);
	});

	it('is one that is redirected, and the redirect is not followed', async () => {
		const { service, relay } = stage.startReplica();
		const target = await receiver();
		const inbox = await receiver(answer(307, { Location: target.url }));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const delivery = await stage.attempted(webhook._id, 1);
		expect({ status: delivery.status, code: delivery.response_code, followed: target.requests }).toEqual({
			status: 'pending',
			code: 307,
			followed: [],
		});
	});

	it('is not repeated where the address is refused', async () => {
		const { service, relay } = stage.startReplica();
		const { webhook } = await register(service, 'http://169.254.169.254/latest/meta-data');
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const delivery = await stage.attempted(webhook._id, 1);
		expect(delivery).toMatchObject({ status: 'failed', next_attempt_at: null, response_code: null });
	});

	it('keeps the beginning of a response that does not end', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver((response) => {
			response.writeHead(200).write('x'.repeat(20_000));
		});
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		const delivery = await stage.attempted(webhook._id, 1);
		expect(delivery).toMatchObject({ status: 'succeeded', response_body: 'x'.repeat(10_000) });
	});
});

describe('a webhook', () => {
	const fail = async (url: string) => {
		const replica = stage.startReplica();
		const { webhook } = await register(replica.service, url, ['deployment.*']);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		replica.relay.wake();
		for (const [attempts, step] of [1_000, 5_000, 30_000, 120_000].entries()) {
			await stage.attempted(webhook._id, attempts + 1);
			await stage.clock.advance(step);
		}
		await until(async () => (await statusOf(webhook._id)) === 'paused');
		return { ...replica, webhook };
	};

	it('is paused by the fifth failed attempt in a row, and says why', async () => {
		const inbox = await receiver(answer(500));
		const { webhook } = await fail(inbox.url);
		expect(await stage.webhooks.everywhere.findOne({ _id: webhook._id })).toMatchObject({
			consecutive_failures: 5,
			paused_reason: '5 attempts in a row failed. The last: The receiver answered 500.',
		});
	});

	it('holds its deliveries, those of later events too, while it is paused', async () => {
		const inbox = await receiver(answer(500));
		const { webhook, relay } = await fail(inbox.url);
		await stage.change(stage.makeEvent('deployment.failed'));
		relay.wake();
		const held = await until(async () => {
			const found = await stage.deliveriesOf(webhook._id);
			return found.length === 2 && found.every(({ status }) => status === 'held') && found;
		});
		expect(held.map(({ next_attempt_at }) => next_attempt_at)).toEqual([null, null]);
	});

	it('announces its pause to the others', async () => {
		const [inbox, other] = [await receiver(answer(500)), await receiver()];
		const { service } = stage.startReplica();
		await register(service, other.url, ['webhook.paused']);
		const { webhook } = await fail(inbox.url);
		await other.received(1);
		expect(JSON.parse(other.requests[0]?.body ?? '')).toMatchObject({
			type: 'webhook.paused',
			data: { webhook: { id: webhook._id, status: 'paused', consecutive_failures: 5 } },
		});
	});

	it('announces its pause even when it is deleted before anybody carried that on', async () => {
		const other = await receiver();
		const { service, relay } = stage.startReplica();
		await relay.stop();
		const { webhook } = await register(service, 'https://example.com/hook');
		await register(service, other.url, ['webhook.paused']);
		await service.pause(stage.organization, webhook._id);
		await service.delete(stage.organization, webhook._id);
		await other.received(1);
		expect(JSON.parse(other.requests[0]?.body ?? '')).toMatchObject({ data: { webhook: { id: webhook._id } } });
	});

	it('is paused at once by 410', async () => {
		const { service, relay } = stage.startReplica();
		const inbox = await receiver(answer(410));
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await until(async () => (await statusOf(webhook._id)) === 'paused');
		expect(await stage.attempted(webhook._id, 1)).toMatchObject({ status: 'held', response_code: 410 });
	});
});

describe('a crash', () => {
	it('between carrying an event on and emptying the outbox delivers it once all the same', async () => {
		const inbox = await receiver();
		let crashes = 0;
		const { service, relay } = stage.startReplica({
			afterFanOut: () => {
				if (++crashes === 1) throw new Error('a crash');
			},
		});
		const { webhook } = await register(service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		relay.wake();
		await stage.attempted(webhook._id, 1);
		await stage.clock.advance(1_000);
		await until(() => stage.things.everywhere.findOne({ outbox_pending: { $exists: false } }));
		expect({
			crashes,
			requests: inbox.requests.length,
			deliveries: (await stage.deliveriesOf(webhook._id)).length,
		}).toEqual({
			crashes: 2,
			requests: 1,
			deliveries: 1,
		});
	});

	it('between emptying the outbox and clearing its mark is mended by the next round', async () => {
		const { relay } = stage.startReplica();
		await stage.things.insert({
			_id: stage.ids.next('project'),
			organization_id: stage.organization,
			outbox: [],
			outbox_pending: true,
		});
		relay.wake();
		await until(() => stage.things.everywhere.findOne({ outbox_pending: { $exists: false } }));
		expect(await stage.things.everywhere.find({ outbox_pending: true })).toEqual([]);
	});

	/** A webhook whose sender has died in the middle of an attempt, and that sender's service. */
	const orphaned = async () => {
		const inbox = await receiver();
		const hangs: string[] = [];
		const hang: Fetch = (url) => {
			hangs.push(url);
			return new Promise(() => undefined);
		};
		const dead = stage.startReplica({ fetch: hang });
		const { webhook } = await register(dead.service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		dead.relay.wake();
		await until(() => hangs.length > 0);
		void dead.worker.stop();
		stage.forget(dead);
		return { webhook, service: dead.service };
	};

	it('in the middle of an attempt has the delivery sent by another replica when the lease is over', async () => {
		const { webhook } = await orphaned();
		await stage.clock.advance(60_000);
		stage.startReplica();
		expect(await stage.attempted(webhook._id, 1)).toMatchObject({ status: 'succeeded' });
	});

	it('in the middle of an attempt delays nothing where the next process knows that it is the only one', async () => {
		const { webhook, service } = await orphaned();
		await service.releaseAll();
		stage.startReplica();
		expect(await stage.attempted(webhook._id, 1)).toMatchObject({ status: 'succeeded' });
	});
});

describe('a shutdown', () => {
	it('in the middle of an attempt leaves the delivery to another replica at once', async () => {
		const inbox = await receiver(answerAllBut(0));
		const leaving = stage.startReplica();
		const { webhook } = await register(leaving.service, inbox.url);
		await stage.change(stage.makeEvent('deployment.succeeded'));
		leaving.relay.wake();
		await inbox.received(1);
		await leaving.stop();
		stage.startReplica();
		expect(await stage.attempted(webhook._id, 1)).toMatchObject({ status: 'succeeded' });
	});
});
