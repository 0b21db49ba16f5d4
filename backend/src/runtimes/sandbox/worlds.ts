import type { EnvironmentId } from '../../core/ids';
import { Draft } from './draft';
import type { Change, SandboxJournal } from './journal';
import { World } from './world';

const KEPT_WORLDS = 50;
const ENTRIES_BETWEEN_SNAPSHOTS = 200;
const READ_ATTEMPTS = 5;

/** The sandboxes' worlds: cached, brought up to date before each request, and written through the journal. */
export interface Worlds {
	/**
	 * Runs `work` on the newest world and commits what it changed; when another replica committed first, runs it again on
	 * the world that came of that. What throws changes nothing. A world that has no entries yet is made by `seed`.
	 */
	transact<T>(environmentId: EnvironmentId, seed: () => readonly Change[], work: (draft: Draft) => T): Promise<T>;
	remove(environmentId: EnvironmentId): Promise<void>;
}

export function createWorlds(journal: SandboxJournal): Worlds {
	const cache = new Map<EnvironmentId, World>();
	const queues = new Map<EnvironmentId, Promise<void>>();

	/** One request of an environment at a time, so that those of one process never have to run twice. */
	async function inTurn<T>(environmentId: EnvironmentId, work: () => Promise<T>): Promise<T> {
		const before = queues.get(environmentId) ?? Promise.resolve();
		const mine = before.then(work);
		const settled = mine.then(
			() => undefined,
			() => undefined,
		);
		queues.set(environmentId, settled);
		try {
			return await mine;
		} finally {
			if (queues.get(environmentId) === settled) queues.delete(environmentId);
		}
	}

	function keep(environmentId: EnvironmentId, world: World): World {
		cache.delete(environmentId);
		cache.set(environmentId, world);
		const [oldest] = cache.keys();
		if (cache.size > KEPT_WORLDS && oldest) cache.delete(oldest);
		return world;
	}

	async function newest(environmentId: EnvironmentId, seed: () => readonly Change[]): Promise<World> {
		for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
			const cached = cache.get(environmentId) ?? World.empty;
			const world = cached.after(await journal.read(environmentId, cached.version));
			// Read while another replica made a snapshot of those entries; a look at the whole finds that.
			if (!world) cache.delete(environmentId);
			else if (world.version > 0) return keep(environmentId, world);
			else await journal.append(environmentId, { version: 1, snapshot: true, changes: seed() });
		}
		throw new Error(`The sandbox journal of ${environmentId} has a gap.`);
	}

	async function commit(environmentId: EnvironmentId, world: World, changes: readonly Change[]): Promise<boolean> {
		const compacting = world.sinceSnapshot >= ENTRIES_BETWEEN_SNAPSHOTS;
		if (compacting) await journal.compact(environmentId, world.version, world.toChanges());
		const entry = { version: world.version + 1, snapshot: false, changes };
		if (!(await journal.append(environmentId, entry))) return false;
		const next = (compacting ? world.snapshotted() : world).after([entry]);
		if (next) keep(environmentId, next);
		return true;
	}

	return {
		transact: (environmentId, seed, work) =>
			inTurn(environmentId, async () => {
				for (;;) {
					const world = await newest(environmentId, seed);
					const draft = new Draft(world);
					const result = work(draft);
					const { changes } = draft;
					if (changes.length === 0 || (await commit(environmentId, world, changes))) return result;
				}
			}),
		remove: (environmentId) =>
			inTurn(environmentId, async () => {
				cache.delete(environmentId);
				await journal.clear(environmentId);
			}),
	};
}
