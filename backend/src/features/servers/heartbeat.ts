import type { Clock } from '../../core/clock';
import type { Ids, ServerId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { claim } from '../../database/lease';
import type { TenantCollection } from '../../database/tenant-collection';
import type { ContainerState, Engine } from '../../docker/engine';
import { withTimeLimit } from '../../waiting/time-limit';
import { unlessAborted } from '../../waiting/unless-aborted';
import { createWakeableLoop, ENDED, type WakeableLoop } from '../../waiting/wakeable-loop';
import type { ServerEvent } from '../events/payloads';
import type { Engines } from './engines';
import { engineFailure } from './failures';
import { assess, type Health, type Problem } from './health';
import { containersOf, type Facts, keepsDying, lookAt } from './look';
import type { ServerDocument } from './model';

/** Every server is looked at once in that time, by whichever replica claims it first. */
const LEASE = { until: 'due_at', ms: 10_000 };
const POLL_MS = 2_000;
/** How long a look may take, in milliseconds. It ends before the next one is due. */
const LOOK_MS = 5_000;
/** The most servers that are looked at beside each other. */
const MAX_LOOKS = 20;
/** How often each container is looked at, in milliseconds: there are many more of them than of servers. */
const CONTAINERS_MS = 60_000;

/** What a look asks of an Engine. */
export type LookedAt = Pick<Engine, 'info' | 'containers' | 'exec' | 'inspect'>;

type Found = { readonly problem: Problem | null; readonly facts: Facts | null };

/** A look took too long. */
class SlowError extends Error {
	override readonly name = 'SlowError';
}

/** Looks at every server again and again, and tells when one degrades or recovers. */
export function createHeartbeat({
	servers,
	engines,
	installation,
	clock,
	ids,
	notify,
	log,
}: {
	servers: TenantCollection<ServerDocument>;
	engines: Pick<Engines, 'forget'> & { of(server: ServerDocument): Promise<LookedAt> };
	/** What the service's containers are labeled with. */
	installation: () => Promise<string>;
	clock: Clock;
	ids: Ids;
	/** Tells the relay that an outbox has something. */
	notify: () => void;
	log: Logger;
}): WakeableLoop {
	/** Aborted when the worker stops. */
	const over = new AbortController();
	const dying = new Map<ServerId, { readonly at: number; readonly found: boolean }>();

	/** As of the last minute. */
	const hasDying = async (id: ServerId, engine: LookedAt, containers: readonly ContainerState[]) => {
		const now = clock.now();
		const known = dying.get(id);
		if (known !== undefined && known.at > now.getTime() - CONTAINERS_MS) return known.found;
		const found = await keepsDying(engine, containers, now);
		dying.set(id, { at: now.getTime(), found });
		return found;
	};

	const findOut = async (server: ServerDocument, signal: AbortSignal): Promise<Found> => {
		const engine = await engines.of(server);
		const containers = await containersOf(engine, await installation());
		const { facts, problem } = await lookAt(engine, containers, signal);
		const container = (await hasDying(server._id, engine, containers)) ? 'container' : null;
		return { facts, problem: problem ?? container };
	};

	const look = async (server: ServerDocument): Promise<Found> => {
		try {
			const limits = { clock, ms: LOOK_MS, reason: () => new SlowError(), signal: over.signal };
			// Not every call of an Engine heeds a signal.
			return await withTimeLimit(limits, (signal) => unlessAborted(() => findOut(server, signal), signal));
		} catch (error) {
			if (!(error instanceof SlowError) && engineFailure(error) === null) throw error;
			engines.forget(server._id);
			return { facts: null, problem: 'unreachable' };
		}
	};

	const eventOf = (server: ServerDocument, { status, reason }: Health): ServerEvent => ({
		id: ids.next('event'),
		type: status === 'degraded' ? 'server.degraded' : 'server.recovered',
		created_at: clock.now(),
		organization_id: server.organization_id,
		project_id: null,
		environment_id: null,
		data: { server: { id: server._id, name: server.name, status, reason } },
	});

	const serve = async (server: ServerDocument) => {
		try {
			const { facts, problem } = await look(server);
			const health = assess(server, problem);
			const hasTurned = health.status !== server.status;
			const $set = { ...health, ...(facts === null ? {} : { ...facts, checked_at: clock.now() }) };
			// The end of the lease says whether the server is still this worker's to tell of.
			await servers.update(
				server.organization_id,
				{ _id: server._id, due_at: server.due_at },
				hasTurned
					? { $set: { ...$set, outbox_pending: true }, $push: { outbox: eventOf(server, health) } }
					: { $set },
			);
			if (hasTurned) notify();
		} catch (error) {
			if (error !== ENDED) log.error({ err: error, server_id: server._id }, 'a server could not be looked at');
		}
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'due servers could not be looked for; trying again'),
		async round() {
			const claimed: ServerDocument[] = [];
			while (claimed.length < MAX_LOOKS) {
				const server = await claim(servers.everywhere, LEASE, clock, {
					owner: null,
					filter: {},
					sort: { due_at: 1 },
				});
				if (server === null) break;
				claimed.push(server);
			}
			await Promise.all(claimed.map(serve));
			return claimed.length === MAX_LOOKS ? 0 : POLL_MS;
		},
	});
	return {
		...loop,
		stop: () => {
			over.abort(ENDED);
			return loop.stop();
		},
	};
}
