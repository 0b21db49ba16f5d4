import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import type { EnvironmentId, ServerId } from '../../core/ids';
import type { Logger } from '../../core/log';
import { EngineError } from '../../docker/errors';
import type { DamagedSite, RuntimeServers, RuntimeUpkeep } from '../../runtimes/runtime';
import { createWakeableLoop, ENDED, type WakeableLoop } from '../../waiting/wakeable-loop';
import { unlessAborted } from '../../waiting/unless-aborted';
import type { JobsService } from '../jobs/service';
import type { EnvironmentDocument, EnvironmentsService } from './service';

const EVERY_MS = 60_000;
/** How long a repair that did not help is not tried again: twice as long each time, up to the last. */
const FIRST_PAUSE_MS = 60_000;
const LAST_PAUSE_MS = 60 * 60_000;
/** Who asks for the jobs. */
const ACTOR = 'upkeep';

/**
 * Looks after every server at the start and once a minute: what belongs to nobody goes, and an environment that should
 * serve and does not gets a job that repairs it. So people see what was done, and no deploy is disturbed.
 */
export function createUpkeep({
	upkeep,
	servers,
	environments,
	jobs,
	clock,
	log,
}: {
	upkeep: readonly RuntimeUpkeep[];
	servers: Pick<RuntimeServers, 'answering'>;
	environments: {
		find(
			...where: Parameters<EnvironmentsService['find']>
		): Promise<Pick<EnvironmentDocument, 'project_id' | 'status'> | null>;
	};
	jobs: {
		atWork(...where: Parameters<JobsService['atWork']>): Promise<object | null>;
		enqueue(...request: Parameters<JobsService['enqueue']>): Promise<object>;
	};
	clock: Clock;
	log: Logger;
}): WakeableLoop {
	/** Aborted when the worker stops. */
	const over = new AbortController();
	/** Servers that a look is under way at: one that does not answer holds up no other. */
	const looking = new Map<ServerId, Promise<void>>();
	const paused = new Map<EnvironmentId, { readonly ms: number; readonly until: number }>();

	const isAtWork: Parameters<RuntimeUpkeep['lookAfter']>[1] = async ({ id, organization_id }) =>
		(await jobs.atWork(organization_id, id)) !== null;

	const repair = async ({ id, organization_id, reason }: DamagedSite) => {
		const now = clock.now().getTime();
		const pause = paused.get(id);
		if (pause !== undefined && pause.until > now) return;
		const environment = await environments.find(organization_id, id);
		if (environment === null || environment.status === 'deleting') return;
		const { project_id } = environment;
		const request = { kind: 'repair', project_id, environment_id: id, actor: ACTOR } as const;
		try {
			await jobs.enqueue(organization_id, { ...request, effect_id: null, data: { reason } });
		} catch (error) {
			// Somebody was quicker.
			if (error instanceof ApiError && error.code === 'environment_busy') return;
			throw error;
		}
		const ms = Math.min(LAST_PAUSE_MS, (pause?.ms ?? FIRST_PAUSE_MS / 2) * 2);
		paused.set(id, { ms, until: now + ms });
	};

	/** What fails keeps nothing else from being done. */
	const alone = async (server: ServerId, work: () => Promise<void>) => {
		try {
			await unlessAborted(work, over.signal);
		} catch (error) {
			// The heartbeat tells of servers that do not answer.
			if (error === ENDED || (error instanceof EngineError && error.code === 'unreachable')) return;
			log.error({ err: error, server_id: server }, 'a server could not be looked after; trying again');
		}
	};

	const look = async (server: ServerId) => {
		for (const its of upkeep) {
			await alone(server, async () => {
				for (const site of await its.lookAfter(server, isAtWork)) await repair(site);
			});
			await alone(server, () => its.routeAnew(server));
			await alone(server, () => its.clearAway(server, isAtWork));
		}
	};

	const loop = createWakeableLoop({
		clock,
		onError: (error) => log.error({ err: error }, 'servers could not be looked for; trying again'),
		async round() {
			const now = clock.now().getTime();
			for (const [id, { until, ms }] of paused) if (until + ms < now) paused.delete(id);
			for (const server of await servers.answering()) {
				if (looking.has(server)) continue;
				looking.set(
					server,
					look(server).finally(() => looking.delete(server)),
				);
			}
			return EVERY_MS;
		},
	});
	return {
		...loop,
		async stop() {
			over.abort(ENDED);
			await loop.stop();
			await Promise.all(looking.values());
		},
	};
}
