import mongoose from 'mongoose';
import type { Clock } from '../../backend/src/core/clock';
import type { EventType, PlatformEvent } from '../../backend/src/core/events';
import { createIds, type Id, type OrganizationId, type WebhookId } from '../../backend/src/core/ids';
import { createLogger } from '../../backend/src/core/log';
import { createSecrets } from '../../backend/src/core/secrets';
import { outboxFields, outboxIndexes, outboxOf, type WithOutbox } from '../../backend/src/database/outbox';
import { tenantCollection } from '../../backend/src/database/tenant-collection';
import { createEvents } from '../../backend/src/features/events/feature';
import { eventCollection } from '../../backend/src/features/events/model';
import { createWebhooks } from '../../backend/src/features/webhooks/feature';
import { deliveryCollection, webhookCollection } from '../../backend/src/features/webhooks/model';
import type { Holdings } from '../../backend/src/features/webhooks/routes';
import type { WebhookRequest } from '../../backend/src/features/webhooks/service';
import { createPager } from '../../backend/src/http/page';
import { createOutbound, type Fetch } from '../../backend/src/net/outbound';
import { createSignals } from '../../backend/src/signals';
import type { TestDatabase } from './database';
import { until } from './until';

/** Any feature's document that causes events. */
interface Thing extends WithOutbox {
	readonly _id: Id<'project'>;
	readonly organization_id: OrganizationId;
}

/** An organization that has every environment and project that is asked for. */
const EVERYTHING: Holdings = {
	hasEnvironment: () => Promise.resolve(true),
	hasProject: () => Promise.resolve(true),
};

let databases = 0;

/** Everything between a change and a receiver, on a database of its own unless that is named. */
export async function openWebhookStage<C extends Clock>(
	{ uri, name }: Pick<TestDatabase, 'uri' | 'name'>,
	clock: C,
	dbName = `${name}_${++databases}`,
) {
	const connection = await mongoose
		.createConnection(uri, { dbName, autoIndex: false, autoCreate: false })
		.asPromise();
	const ids = createIds(clock);
	const secrets = createSecrets(Buffer.alloc(32, 7));
	const pager = createPager(secrets);
	const log = createLogger('silent');
	const outbound = createOutbound({ allowedCidrs: ['127.0.0.0/8'] });

	const things = tenantCollection<Thing>(connection, {
		name: 'things',
		fields: outboxFields,
		indexes: outboxIndexes,
	});
	const webhooks = webhookCollection(connection);
	const deliveries = deliveryCollection(connection);
	const events = eventCollection(connection);
	for (const collection of [things, webhooks, deliveries, events]) await collection.createIndexes();

	const organization = ids.next('organization');
	const replicas = new Map<unknown, () => Promise<void>>();

	/** One replica of the service, as far as webhooks go; it works unless told otherwise. */
	const startReplica = ({
		fetch = outbound.plainFetch,
		afterFanOut = () => undefined,
		holdings = EVERYTHING,
		working = true,
	}: {
		fetch?: Fetch;
		afterFanOut?: (event: PlatformEvent) => void;
		holdings?: Holdings;
		working?: boolean;
	} = {}) => {
		const signals = createSignals();
		const parts = { webhooks, deliveries, events, secrets, signals, clock, ids, log, pager };
		const carrying = createEvents(parts);
		carrying.carriage.carryFrom(things);
		const { service, deliveryLog, routes, worker } = createWebhooks({
			...parts,
			history: carrying.service,
			events: carrying.carriage,
			holdings,
			outbound: { ...outbound, plainFetch: fetch },
			random: () => 0,
		});
		carrying.carriage.carryTo((...carried) => {
			carried.forEach(afterFanOut);
			return Promise.resolve();
		});
		const relay = carrying.worker;
		if (working) {
			relay.start();
			worker.start();
		}
		const stop = async () => {
			await relay.stop();
			await worker.stop();
		};
		const replica = { service, deliveryLog, routes, relay, worker, stop };
		replicas.set(replica, stop);
		return replica;
	};

	const makeEvent = (
		type: EventType,
		tenant = organization,
		about: Partial<Pick<PlatformEvent, 'project_id' | 'environment_id'>> = {},
	): PlatformEvent => ({
		id: ids.next('event'),
		type,
		created_at: clock.now(),
		organization_id: tenant,
		project_id: null,
		environment_id: null,
		data: { note: 'Größe' },
		...about,
	});

	/** A change that causes these events, in one write; nobody is told of it. */
	const change = async (...caused: PlatformEvent[]) => {
		const [{ organization_id } = { organization_id: organization }] = caused;
		await things.insert({ _id: ids.next('project'), organization_id, ...outboxOf(caused) });
	};

	/** A webhook for everything, as long as nothing else is said of it. */
	const request = (url: string, rest: Partial<WebhookRequest> = {}): WebhookRequest => ({
		url,
		format: 'generic',
		events: ['*'],
		environment_ids: null,
		project_ids: null,
		...rest,
	});

	return {
		request,
		clock,
		ids,
		organization,
		connection,
		outbound,
		fetch: outbound.plainFetch,
		things,
		events,
		webhooks,
		deliveries,
		makeEvent,
		change,
		startReplica,
		/** Leaves a replica out of the closing, for it will not stop any more. */
		forget: (replica: unknown) => replicas.delete(replica),
		/** The webhook's deliveries, the oldest event first. */
		deliveriesOf: (id: WebhookId) =>
			deliveries.everywhere.find({ webhook_id: id }, { sort: { event_id: 1 }, limit: 1_000 }),
		/** Resolves with the webhook's only delivery once `attempts` were made and written down. */
		attempted: (id: WebhookId, attempts: number) =>
			until(() => deliveries.everywhere.findOne({ webhook_id: id, attempts: { $size: attempts } })),
		close: async () => {
			for (const stop of replicas.values()) await stop();
			await outbound.close();
			await connection.close();
		},
	};
}

export type WebhookStage<C extends Clock> = Awaited<ReturnType<typeof openWebhookStage<C>>>;
