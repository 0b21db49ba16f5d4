import { createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import type { WebhookId } from '../../backend/src/core/ids';
import { createEventsService } from '../../backend/src/features/events/service';
import { createDeliveryLog } from '../../backend/src/features/webhooks/delivery-log';
import { presentWebhook } from '../../backend/src/features/webhooks/schemas';
import type { FakeClock } from '../support/fake-clock';
import { answer, type ReceivedRequest, type Receiver } from '../support/receiver';
import { until } from '../support/until';
import type { WebhookStage } from '../support/webhook-stage';
import { stageForEachTest } from '../support/webhook-tests';

const DAY_MS = 24 * 60 * 60 * 1_000;

let stage: WebhookStage<FakeClock>;
const receiver = stageForEachTest((opened) => (stage = opened));

/** A running replica with a webhook for everything. */
async function start(inbox: Receiver, request: Parameters<typeof stage.request>[1] = {}) {
	const replica = stage.startReplica();
	const { webhook, secret } = await replica.service.create(stage.organization, stage.request(inbox.url, request));
	const happen = async (...events: Parameters<typeof stage.change>) => {
		await stage.change(...events);
		replica.relay.wake();
	};
	return { ...replica, id: webhook._id, secret, happen };
}

const settled = (id: WebhookId, count: number, status: string) =>
	until(async () => {
		const found = await stage.deliveriesOf(id);
		return found.length === count && found.every((delivery) => delivery.status === status) && found;
	});

const idsOf = (requests: readonly ReceivedRequest[]) => requests.map(({ headers }) => headers['webhook-id']);

const happenings = (count: number) => Array.from({ length: count }, () => stage.makeEvent('deployment.succeeded'));

describe('pausing a webhook', () => {
	it('sends nothing any more and holds what happens', async () => {
		const inbox = await receiver();
		const { service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		const webhook = await service.pause(stage.organization, id);
		await happen(...happenings(2));
		await settled(id, 2, 'held');
		expect({ requests: inbox.requests, webhook }).toMatchObject({
			requests: [],
			webhook: { status: 'paused', paused_reason: 'Paused by request.' },
		});
	});

	it('is announced to the organization’s other webhooks', async () => {
		const [inbox, other] = [await receiver(), await receiver()];
		const { service, id } = await start(inbox);
		await service.create(stage.organization, stage.request(other.url, { events: ['webhook.paused'] }));
		await service.pause(stage.organization, id);
		await other.received(1);
		expect(JSON.parse(other.requests[0]?.body ?? '')).toMatchObject({
			type: 'webhook.paused',
			data: { webhook: { id, paused_reason: 'Paused by request.' } },
		});
	});

	it('is not announced to itself, for whom it would come when it is over', async () => {
		const [inbox, other] = [await receiver(), await receiver()];
		const { service, id } = await start(inbox);
		await service.create(stage.organization, stage.request(other.url));
		await service.pause(stage.organization, id);
		await other.received(1);
		expect(await stage.deliveriesOf(id)).toEqual([]);
	});

	it('keeps the first reason when it is done twice', async () => {
		const inbox = await receiver(answer(410));
		const { service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(1));
		const { paused_reason } = await until(() => stage.webhooks.everywhere.findOne({ _id: id, status: 'paused' }));
		expect(await service.pause(stage.organization, id)).toMatchObject({ paused_reason });
	});
});

describe('resuming a webhook', () => {
	it('sends what waited, each once, in the order of events, before what comes', async () => {
		const inbox = await receiver();
		const { service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await service.pause(stage.organization, id);
		const waiting = happenings(20);
		await happen(...waiting.slice(10));
		await settled(id, 10, 'held');
		await happen(...waiting.slice(0, 10));
		await settled(id, 20, 'held');
		const later = happenings(1);
		await service.resume(stage.organization, id);
		await happen(...later);
		await settled(id, 21, 'succeeded');
		expect(idsOf(inbox.requests)).toEqual([...waiting, ...later].map((event) => event.id));
	});

	it('sets the count of failures back, so that one more does not pause it again', async () => {
		const inbox = await receiver((response, before) => answer(before < 6 ? 500 : 200)(response));
		const { service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(5));
		await until(() => stage.webhooks.everywhere.findOne({ _id: id, status: 'paused' }));
		await settled(id, 5, 'held');
		await service.resume(stage.organization, id);
		await inbox.received(10);
		await until(
			async () => (await stage.deliveriesOf(id)).filter((one) => one.status === 'succeeded').length === 4,
		);
		await stage.clock.advance(5_000);
		await settled(id, 5, 'succeeded');
		expect(await stage.webhooks.everywhere.findOne({ _id: id })).toMatchObject({
			status: 'active',
			consecutive_failures: 0,
		});
	});

	it('waits between the attempts of what was held, as of anything else', async () => {
		const inbox = await receiver((response, before) => answer(before < 1 ? 500 : 200)(response));
		const { service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await service.pause(stage.organization, id);
		await happen(...happenings(1));
		await settled(id, 1, 'held');
		await service.resume(stage.organization, id);
		expect(await stage.attempted(id, 1)).toMatchObject({
			status: 'pending',
			next_attempt_at: new Date(stage.clock.now().getTime() + 1_000),
		});
	});
});

describe('looking at all webhooks', () => {
	it('leaves alone those that are paused or served', async () => {
		const { service } = stage.startReplica({ working: false });
		const make = async () =>
			(await service.create(stage.organization, stage.request('http://127.0.0.1/'))).webhook._id;
		const [idle, paused, served] = [await make(), await make(), await make()];
		await service.pause(stage.organization, paused);
		const later = new Date(stage.clock.now().getTime() + 60_000);
		const lease = { due_at: later, lease_until: later, lease_owner: 'another' };
		await stage.webhooks.update(stage.organization, { _id: served }, { $set: lease });
		await service.lookAtAll();
		const dueAt = async (id: WebhookId) => (await service.get(stage.organization, id)).due_at;
		expect([await dueAt(idle), await dueAt(paused), await dueAt(served)]).toEqual([
			stage.clock.now(),
			undefined,
			later,
		]);
	});
});

describe('testing a webhook', () => {
	it('sends a signed webhook.test and answers what came back', async () => {
		const inbox = await receiver();
		const { service, id, secret } = await start(inbox, { events: ['server.*'] });
		const delivery = await service.test(stage.organization, id);
		const { headers, body } = firstOf(inbox);
		const timestamp = String(headers['x-oecsh-timestamp']);
		const content: unknown = JSON.parse(body);
		expect({ delivery, content, signature: headers['x-oecsh-signature'] }).toMatchObject({
			delivery: { status: 'succeeded', event_type: 'webhook.test', response_code: 200, response_body: 'ok' },
			content: { id: delivery.event_id, type: 'webhook.test', data: { webhook: { id } } },
			signature: createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex'),
		});
	});

	it('is in the log, sent again by nobody, and counts as no failure', async () => {
		const inbox = await receiver(answer(500));
		const { service, id } = await start(inbox);
		const { _id, status } = await service.test(stage.organization, id);
		expect({
			status,
			logged: (await stage.deliveriesOf(id)).map((one) => [one._id, one.next_attempt_at]),
			failures: (await service.get(stage.organization, id)).consecutive_failures,
		}).toEqual({ status: 'failed', logged: [[_id, null]], failures: 0 });
	});

	it('works while the webhook is paused', async () => {
		const inbox = await receiver();
		const { service, id } = await start(inbox, { events: ['server.*'] });
		await service.pause(stage.organization, id);
		expect(await service.test(stage.organization, id)).toMatchObject({ status: 'succeeded' });
	});

	it('reaches no address that deliveries may not reach', async () => {
		const { service } = stage.startReplica();
		const { webhook } = await service.create(
			stage.organization,
			stage.request('http://169.254.169.254/latest/meta-data'),
		);
		expect(await service.test(stage.organization, webhook._id)).toMatchObject({
			status: 'failed',
			response_code: null,
		});
	});
});

describe('rotating a secret', () => {
	const rotated = async (afterwards: number) => {
		const inbox = await receiver();
		const started = await start(inbox, { events: ['deployment.*'] });
		const { secret } = await started.service.rotateSecret(stage.organization, started.id, null);
		await stage.clock.advance(afterwards);
		await started.service.test(stage.organization, started.id);
		const { headers, body } = firstOf(inbox);
		const timestamp = String(headers['x-oecsh-timestamp']);
		const own = (key: string) => createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex');
		const standard = (key: string) =>
			new Webhook(key).sign(String(headers['webhook-id']), new Date(Number(timestamp) * 1_000), body);
		return { old: started.secret, secret, headers, own, standard };
	};

	it('signs with both secrets for a day', async () => {
		const { old, secret, headers, own, standard } = await rotated(DAY_MS - 1_000);
		expect(headers).toMatchObject({
			'x-oecsh-signature': own(secret),
			'x-oecsh-signature-previous': own(old),
			'webhook-signature': `${standard(secret)} ${standard(old)}`,
		});
	});

	it('signs with the new one alone after a day', async () => {
		const { secret, headers, own, standard } = await rotated(DAY_MS);
		expect([
			headers['x-oecsh-signature'],
			headers['x-oecsh-signature-previous'],
			headers['webhook-signature'],
		]).toEqual([own(secret), undefined, standard(secret)]);
	});

	/** Rotates so many times, a second after each other, and answers all secrets, the latest first, and what signs then. */
	const rotatedOften = async (times: number, afterwards: number) => {
		const inbox = await receiver();
		const { service } = stage.startReplica({ working: false });
		const { webhook, secret } = await service.create(stage.organization, stage.request(inbox.url));
		const id = webhook._id;
		const all = [secret];
		for (let time = 0; time < times; time++) {
			all.unshift((await service.rotateSecret(stage.organization, id, null)).secret);
			await stage.clock.advance(1_000);
		}
		await stage.clock.advance(afterwards - 1_000);
		await service.test(stage.organization, id);
		return { service, id, all, request: firstOf(inbox) };
	};

	const signaturesOf = ({ headers, body }: ReceivedRequest, secrets: readonly string[]) => {
		const timestamp = String(headers['x-oecsh-timestamp']);
		const own = secrets.map((key) => createHmac('sha256', key).update(`${timestamp}.${body}`).digest('hex'));
		const at = new Date(Number(timestamp) * 1_000);
		const standard = secrets.map((key) => new Webhook(key).sign(String(headers['webhook-id']), at, body));
		return {
			'x-oecsh-signature': own[0],
			'x-oecsh-signature-previous': own.slice(1).join(' '),
			'webhook-signature': standard.join(' '),
		};
	};

	it('again within a day leaves each secret its whole day', async () => {
		const { all, request } = await rotatedOften(2, DAY_MS - 2_000);
		expect(request.headers).toMatchObject(signaturesOf(request, all));
	});

	it('again within a day ends each secret at its own time, and tells of the last', async () => {
		const { service, id, all, request } = await rotatedOften(2, DAY_MS - 1_000);
		expect(request.headers).toMatchObject(signaturesOf(request, all.slice(0, 2)));
		const { previous_secret_expires_at } = presentWebhook(await service.get(stage.organization, id));
		expect(previous_secret_expires_at).toBe(new Date(stage.clock.now().getTime() + 1_000).toISOString());
	});

	it('more than five times within a day lets the latest five from before sign', async () => {
		const { all, request } = await rotatedOften(7, 1_000);
		expect(request.headers).toMatchObject(signaturesOf(request, all.slice(0, 6)));
	});

	it('back to the secret before signs with it once', async () => {
		const inbox = await receiver();
		const { service, id, secret } = await start(inbox, { events: ['deployment.*'] });
		const between = await service.rotateSecret(stage.organization, id, null);
		await service.rotateSecret(stage.organization, id, secret);
		await service.test(stage.organization, id);
		const request = firstOf(inbox);
		expect(request.headers).toMatchObject(signaturesOf(request, [secret, between.secret]));
	});

	it('takes a secret that was chosen', async () => {
		const { service, id } = await start(await receiver());
		expect(await service.rotateSecret(stage.organization, id, 'whsec_another')).toMatchObject({
			secret: 'whsec_another',
		});
	});

	it('leaves the secret before in force when the same is chosen again', async () => {
		const { service, id } = await start(await receiver());
		const { webhook } = await service.rotateSecret(stage.organization, id, 'whsec_another');
		await stage.clock.advance(1_000);
		expect((await service.rotateSecret(stage.organization, id, 'whsec_another')).webhook).toEqual(webhook);
	});

	it('makes one secret only hold when it is done twice at the same time', async () => {
		const { service, id, secret } = await start(await receiver());
		const [one, other] = await Promise.all([
			service.rotateSecret(stage.organization, id, null),
			service.rotateSecret(stage.organization, id, null),
		]);
		expect(new Set([secret, one.secret, other.secret]).size).toBe(3);
		const last = await service.get(stage.organization, id);
		const first = [one, other].find(({ webhook }) => webhook.secret !== last.secret);
		expect(last.previous_secrets[0]?.secret).toBe(first?.webhook.secret);
	});
});

describe('a change of a webhook', () => {
	it('sends later events to the new address and asks for the new events', async () => {
		const [before, after] = [await receiver(), await receiver()];
		const { service, id, happen } = await start(before);
		await service.update(stage.organization, id, { url: after.url, events: ['deployment.failed'] });
		await happen(stage.makeEvent('deployment.succeeded'), stage.makeEvent('deployment.failed'));
		await after.received(1);
		expect(
			[before.requests, after.requests].map((requests) => requests.map((request) => contentOf(request).type)),
		).toEqual([[], ['deployment.failed']]);
	});
});

describe('a change of the format', () => {
	it('holds for what comes and for what is replayed', async () => {
		const inbox = await receiver();
		const { service, deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(1));
		const [original] = await settled(id, 1, 'succeeded');
		await service.update(stage.organization, id, { format: 'slack' });
		await deliveryLog.replay(stage.organization, id, original?._id ?? stage.ids.next('delivery'));
		await happen(...happenings(1));
		await settled(id, 3, 'succeeded');
		expect(inbox.requests.map(({ body }): unknown => JSON.parse(body))).toMatchObject([
			{ type: 'deployment.succeeded' },
			{ text: 'Deployment succeeded' },
			{ text: 'Deployment succeeded' },
		]);
	});
});

describe('a webhook that is limited', () => {
	it('to environments hears of them alone', async () => {
		const inbox = await receiver();
		const [mine, other] = [stage.ids.next('environment'), stage.ids.next('environment')];
		const { happen, id } = await start(inbox, { environment_ids: [mine] });
		const wanted = stage.makeEvent('deployment.failed', stage.organization, { environment_id: mine });
		await happen(
			stage.makeEvent('deployment.failed', stage.organization, { environment_id: other }),
			stage.makeEvent('server.degraded'),
			wanted,
		);
		await settled(id, 1, 'succeeded');
		expect(idsOf(inbox.requests)).toEqual([wanted.id]);
	});

	it('to projects and environments hears of what is of both', async () => {
		const inbox = await receiver();
		const [environment_id, project_id] = [stage.ids.next('environment'), stage.ids.next('project')];
		const { happen, id } = await start(inbox, { environment_ids: [environment_id], project_ids: [project_id] });
		const wanted = stage.makeEvent('deployment.failed', stage.organization, { environment_id, project_id });
		await happen(
			stage.makeEvent('deployment.failed', stage.organization, { environment_id }),
			stage.makeEvent('deployment.failed', stage.organization, { project_id }),
			wanted,
		);
		await settled(id, 1, 'succeeded');
		expect(idsOf(inbox.requests)).toEqual([wanted.id]);
	});
});

describe('replaying', () => {
	it('sends a delivery again under an id that receivers do not know, with the event as it was', async () => {
		const inbox = await receiver();
		const { deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		const event = stage.makeEvent('deployment.failed');
		await happen(event);
		const [original] = await settled(id, 1, 'succeeded');
		const replay = await deliveryLog.replay(stage.organization, id, original?._id ?? stage.ids.next('delivery'));
		await settled(id, 2, 'succeeded');
		expect({
			ids: idsOf(inbox.requests),
			bodies: inbox.requests.map(({ body }) => body),
			of: replay.replay_of,
		}).toEqual({
			ids: [event.id, replay._id],
			bodies: [original?.body, original?.body],
			of: original?._id,
		});
	});

	it('can be done any number of times', async () => {
		const inbox = await receiver();
		const { deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(1));
		const [original] = await settled(id, 1, 'succeeded');
		for (let times = 0; times < 3; times++) {
			await deliveryLog.replay(stage.organization, id, original?._id ?? stage.ids.next('delivery'));
		}
		await settled(id, 4, 'succeeded');
		expect(new Set(idsOf(inbox.requests)).size).toBe(4);
	});

	it('of a time sends the events of that time, each once, in their order', async () => {
		const inbox = await receiver();
		const { deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(2));
		await settled(id, 2, 'succeeded');
		await stage.clock.advance(1_000);
		const since = stage.clock.now();
		const wanted = happenings(3);
		await happen(...wanted);
		const [, , third] = await settled(id, 5, 'succeeded');
		await deliveryLog.replay(stage.organization, id, third?._id ?? stage.ids.next('delivery'));
		await settled(id, 6, 'succeeded');
		await stage.clock.advance(1_000);
		const until = stage.clock.now();
		await happen(...happenings(1));
		await settled(id, 7, 'succeeded');
		const filter = { since, until, status: 'succeeded' } as const;
		expect(await deliveryLog.replayMany(stage.organization, id, filter)).toBe(3);
		await settled(id, 10, 'succeeded');
		expect(inbox.requests.slice(7).map((request) => contentOf(request).id)).toEqual(
			wanted.map((event) => event.id),
		);
	});

	it('of a time goes by the time of the event to the millisecond, not by the one in its id', async () => {
		const inbox = await receiver();
		const { deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		const since = stage.clock.now();
		const at = (ms: number) => new Date(since.getTime() + ms);
		const times = [-1, 0, 1, 4, 5, 6];
		const happened = times.map((ms) => ({ ...stage.makeEvent('deployment.succeeded'), created_at: at(ms) }));
		await stage.clock.advance(6);
		await happen(...happened);
		await settled(id, times.length, 'succeeded');
		const filter = { since, until: at(5), status: 'succeeded' } as const;
		expect(await deliveryLog.replayMany(stage.organization, id, filter)).toBe(3);
		await inbox.received(times.length + 3);
		expect(inbox.requests.slice(times.length).map((request) => contentOf(request).id)).toEqual(
			happened.slice(1, 4).map((event) => event.id),
		);
	});

	it('of more events than are read at a time sends each, in their order', async () => {
		const inbox = await receiver();
		const { deliveryLog, id, happen } = await start(inbox, { events: ['deployment.*'] });
		const since = stage.clock.now();
		const wanted = happenings(120);
		await happen(...wanted);
		await settled(id, 120, 'succeeded');
		await stage.clock.advance(1);
		const filter = { since, until: stage.clock.now(), status: 'succeeded' } as const;
		expect(await deliveryLog.replayMany(stage.organization, id, filter)).toBe(120);
		await inbox.received(240);
		expect(inbox.requests.slice(120).map((request) => contentOf(request).id)).toEqual(
			wanted.map((event) => event.id),
		);
	});

	it('of what failed takes no event a second time that has arrived since', async () => {
		const inbox = await receiver();
		const { deliveryLog, service, relay } = stage.startReplica();
		const { webhook } = await service.create(stage.organization, stage.request('http://169.254.169.254/'));
		const since = stage.clock.now();
		await stage.change(...happenings(2));
		relay.wake();
		await settled(webhook._id, 2, 'failed');
		await service.update(stage.organization, webhook._id, { url: inbox.url });
		await stage.clock.advance(1);
		const filter = { since, until: stage.clock.now(), status: 'failed' } as const;
		const first = await deliveryLog.replayMany(stage.organization, webhook._id, filter);
		await inbox.received(2);
		expect([first, await deliveryLog.replayMany(stage.organization, webhook._id, filter)]).toEqual([2, 0]);
	});

	it('of what failed reaches the address that was mended', async () => {
		const inbox = await receiver();
		const { deliveryLog, service, happen } = await start(inbox, { events: ['server.*'] });
		const { webhook } = await service.create(stage.organization, stage.request('http://169.254.169.254/'));
		const since = stage.clock.now();
		const event = stage.makeEvent('deployment.failed');
		await happen(event);
		await settled(webhook._id, 1, 'failed');
		await service.update(stage.organization, webhook._id, { url: inbox.url });
		await stage.clock.advance(1);
		await deliveryLog.replayMany(stage.organization, webhook._id, {
			since,
			until: stage.clock.now(),
			status: 'failed',
		});
		await inbox.received(1);
		expect(contentOf(inbox.requests[0])).toMatchObject({ id: event.id });
	});

	it('of a time leaves out what was sent to try the webhook out', async () => {
		const { deliveryLog, service, id } = await start(await receiver());
		const since = stage.clock.now();
		await service.test(stage.organization, id);
		const filter = { since, until: new Date(since.getTime() + 1), status: 'succeeded' } as const;
		expect(await deliveryLog.replayMany(stage.organization, id, filter)).toBe(0);
	});

	it('is sent after the next start where the process died before anybody was told of it', async () => {
		const inbox = await receiver();
		const { service, id, happen, stop, worker } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(1));
		const [original] = await settled(id, 1, 'succeeded');
		await until(async () => (await service.get(stage.organization, id)).due_at === undefined);
		await stop();
		const killed = () => Promise.reject(new Error('killed'));
		const dying = createDeliveryLog({
			...stage,
			webhooks: { ...stage.webhooks, everywhere: { ...stage.webhooks.everywhere, updateMany: killed } },
			webhooksService: service,
			history: createEventsService(stage),
			notify: worker.wake,
		});
		await expect(
			dying.replay(stage.organization, id, original?._id ?? stage.ids.next('delivery')),
		).rejects.toThrow();
		await stage.startReplica().service.lookAtAll();
		await stage.clock.advance(1_000);
		await settled(id, 2, 'succeeded');
	});

	it('waits while the webhook is paused', async () => {
		const inbox = await receiver();
		const { deliveryLog, service, id, happen } = await start(inbox, { events: ['deployment.*'] });
		await happen(...happenings(1));
		const [original] = await settled(id, 1, 'succeeded');
		await service.pause(stage.organization, id);
		const replay = await deliveryLog.replay(stage.organization, id, original?._id ?? stage.ids.next('delivery'));
		expect({ status: replay.status, requests: inbox.requests.length }).toEqual({ status: 'held', requests: 1 });
	});
});

const contentOf = (request: ReceivedRequest | undefined) =>
	z.looseObject({ id: z.string(), type: z.string() }).parse(JSON.parse(request?.body ?? ''));

function firstOf({ requests: [first] }: Receiver): ReceivedRequest {
	if (!first) throw new Error('nothing was received');
	return first;
}
