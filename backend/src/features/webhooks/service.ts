import type { Clock } from '../../core/clock';
import { notFound } from '../../core/errors';
import type { Ids, OrganizationId, WebhookId } from '../../core/ids';
import type { Secrets } from '../../core/secrets';
import type { Tenant, TenantCollection } from '../../database/tenant-collection';
import type { Fetch } from '../../net/outbound';
import { makeWebhookSecret } from '../../net/webhook-signature';
import type { Relay } from '../events/relay';
import { createFanOut, type FanOut } from './fan-out';
import { isLeased, NO_LEASE } from './lease';
import { type Announcement, type DeliveryDocument, TEST_TYPE, WEBHOOK_STATUSES, type WebhookDocument } from './model';
import { createPause } from './pause';
import { payloads } from './payload';
import { firstDelivery, type NotifyWorker, UNATTEMPTED } from './queue';
import { presentWebhook } from './schemas';
import { createSender } from './sender';

/** How long the secret before a rotation still holds, in milliseconds. */
const ROTATION_OVERLAP_MS = 24 * 60 * 60 * 1_000;
/**
 * So many secrets from before hold at a time. One more rotation ends the oldest of them early: whose secret leaked must
 * be able to rotate, however often that was done already.
 */
const MAX_PREVIOUS_SECRETS = 5;

/** What the owner of a webhook decides about it. */
type WebhookSettings = Pick<WebhookDocument, 'url' | 'format' | 'events' | 'environment_ids' | 'project_ids'>;

/** What registers a webhook. */
export interface WebhookRequest extends WebhookSettings {
	/** Unset: one is made. */
	readonly secret?: string | undefined;
}

/** A webhook, and its secret in clear. */
interface WithSecret {
	readonly webhook: WebhookDocument;
	readonly secret: string;
}

export interface WebhooksService {
	/** Newest first. */
	list(tenant: Tenant, after: WebhookId | null, limit: number): Promise<WebhookDocument[]>;
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: WebhookId): Promise<WebhookDocument>;
	/** Answers the secret in clear beside the webhook. */
	create(organization: OrganizationId, request: WebhookRequest): Promise<WithSecret>;
	/** Holds for events from now on; what waits already keeps its body. @throws {ApiError} 404 */
	update(tenant: Tenant, id: WebhookId, change: Partial<WebhookSettings>): Promise<WebhookDocument>;
	/** Ends it: nothing is sent there any more. @throws {ApiError} 404 */
	delete(tenant: Tenant, id: WebhookId): Promise<void>;
	/** From now on events wait. Nothing changes where it is paused already. @throws {ApiError} 404 */
	pause(tenant: Tenant, id: WebhookId): Promise<WebhookDocument>;
	/** Sends what waited, in the order of events, and what comes. @throws {ApiError} 404 */
	resume(tenant: Tenant, id: WebhookId): Promise<WebhookDocument>;
	/**
	 * Sends a `webhook.test` at once, paused or not, and answers what became of it. It is tried once and neither counts
	 * as a failure nor sets their count back. @throws {ApiError} 404
	 */
	test(tenant: Tenant, id: WebhookId): Promise<DeliveryDocument>;
	/**
	 * Signs with a new secret, and with each one before as well until 24 hours after it was replaced, at most five of
	 * them. Nothing changes where it is chosen already.
	 * @param chosen null: one is made
	 * @throws {ApiError} 404
	 */
	rotateSecret(tenant: Tenant, id: WebhookId, chosen: string | null): Promise<WithSecret>;
	readonly fanOut: FanOut;
	/** Frees every webhook of its sender: for the start of a process that knows itself to be the only one. */
	releaseAll(): Promise<void>;
	/**
	 * Has every active webhook looked at once: for the start of a process. One that died between queuing a replay and
	 * telling the webhook's sender leaves a delivery that nobody would look for.
	 */
	lookAtAll(): Promise<void>;
}

export function createWebhooksService({
	webhooks,
	deliveries,
	fetch,
	secrets,
	clock,
	ids,
	notify,
	noteChange,
	announce,
	carry,
}: {
	webhooks: TenantCollection<WebhookDocument>;
	deliveries: TenantCollection<DeliveryDocument>;
	fetch: Fetch;
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	notify: NotifyWorker;
	/** Tells the workers of this process that these webhooks are no longer as they were. */
	noteChange: NotifyWorker;
	/** Tells the relay that an outbox has something. */
	announce: () => void;
	/** Carries events on that wait in an outbox. */
	carry: Relay['carry'];
}): WebhooksService {
	const pause = createPause({ webhooks, deliveries, clock, ids, notify: announce });
	const send = createSender({ fetch, secrets, clock });

	const get = async (tenant: Tenant, id: WebhookId) => {
		const webhook = await webhooks.findOne(tenant, { _id: id });
		if (webhook === null) throw notFound('webhook');
		return webhook;
	};

	const testOf = (webhook: WebhookDocument): Announcement => {
		const { url: _, ...announced } = presentWebhook(webhook);
		return {
			id: ids.next('event'),
			type: TEST_TYPE,
			created_at: clock.now(),
			organization_id: webhook.organization_id,
			project_id: null,
			environment_id: null,
			data: { webhook: announced },
		};
	};

	return {
		get,
		fanOut: createFanOut({ webhooks, deliveries, clock, ids, notify }),
		list: (tenant, after, limit) =>
			webhooks.find(tenant, after === null ? {} : { _id: { $lt: after } }, { sort: { _id: -1 }, limit }),
		async create(organization_id, { secret = makeWebhookSecret(), ...request }) {
			const id = ids.next('webhook');
			const webhook: WebhookDocument = {
				_id: id,
				organization_id,
				...request,
				secret: secrets.encrypt(secret, id),
				previous_secrets: [],
				status: 'active',
				paused_reason: null,
				consecutive_failures: 0,
				created_at: clock.now(),
				queued: 0,
				outbox: [],
			};
			await webhooks.insert(webhook);
			return { webhook, secret };
		},
		async update(tenant, id, change) {
			if (Object.keys(change).length === 0) return get(tenant, id);
			const updated = await webhooks.update(tenant, { _id: id }, { $set: change });
			if (updated === null) throw notFound('webhook');
			noteChange([id]);
			return updated;
		},
		async delete(tenant, id) {
			for (;;) {
				const { outbox } = await get(tenant, id);
				// What it has yet to tell, of its pause, goes on before it does.
				if (outbox.length > 0) await carry(...outbox);
				const untold = { $elemMatch: { id: { $nin: outbox.map((event) => event.id) } } };
				if ((await webhooks.delete(tenant, { _id: id, outbox: { $not: untold } })) === null) continue;
				noteChange([id]);
				return;
			}
		},
		async pause(tenant, id) {
			await pause([{ webhook: await get(tenant, id), reason: 'Paused by request.' }]);
			noteChange([id]);
			return get(tenant, id);
		},
		async resume(tenant, id) {
			const resumed = await webhooks.update(
				tenant,
				{ _id: id, status: 'paused' },
				{
					$set: { status: 'active', paused_reason: null, consecutive_failures: 0, due_at: clock.now() },
					$unset: { rest_until: 1 },
					// Whoever still has it looks again.
					$inc: { queued: 1 },
				},
			);
			noteChange([id]);
			return resumed ?? get(tenant, id);
		},
		async test(tenant, id) {
			const webhook = await get(tenant, id);
			const announcement = testOf(webhook);
			const message = {
				...firstDelivery(ids, announcement.id),
				event_type: announcement.type,
				body: payloads[webhook.format](announcement),
			};
			// Nothing breaks it off: what was sent belongs into the log, whether its sender still waits or not.
			const result = await send(webhook, message, new AbortController());
			const delivery: DeliveryDocument = {
				webhook_id: id,
				organization_id: webhook.organization_id,
				created_at: announcement.created_at,
				...UNATTEMPTED,
				...message,
				status: result?.verdict === 'succeeded' ? 'succeeded' : 'failed',
				next_attempt_at: null,
				response_code: result?.attempt.response_code ?? null,
				response_body: result?.attempt.response_body ?? null,
				attempts: result === null ? [] : [result.attempt],
			};
			await deliveries.insert(delivery);
			return delivery;
		},
		async rotateSecret(tenant, id, chosen) {
			const secret = chosen ?? makeWebhookSecret();
			const now = clock.now();
			const until = new Date(now.getTime() + ROTATION_OVERLAP_MS);
			for (;;) {
				const before = await get(tenant, id);
				// A request that is repeated must not end the overlap with the secret before.
				if (chosen !== null && secrets.decrypt(before.secret, id) === chosen) {
					return { webhook: before, secret };
				}
				const stillHolding = before.previous_secrets.filter((previous) => previous.until > now);
				const previous_secrets = [{ secret: before.secret, until }, ...stillHolding].slice(
					0,
					MAX_PREVIOUS_SECRETS,
				);
				const rotated = await webhooks.update(
					tenant,
					{ _id: id, secret: before.secret },
					{ $set: { secret: secrets.encrypt(secret, id), previous_secrets } },
				);
				if (rotated !== null) return { webhook: rotated, secret };
			}
		},
		async releaseAll() {
			const now = clock.now();
			const free = { $set: { due_at: now }, $unset: NO_LEASE };
			await webhooks.everywhere.updateMany({
				filter: { status: { $in: WEBHOOK_STATUSES }, ...isLeased(now) },
				update: free,
			});
		},
		async lookAtAll() {
			await webhooks.everywhere.updateMany({
				filter: { status: 'active', due_at: null },
				update: { $set: { due_at: clock.now() } },
			});
		},
	};
}
