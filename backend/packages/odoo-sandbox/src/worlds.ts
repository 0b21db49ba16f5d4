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
	transact<T>(sandboxId: string, seed: () => readonly Change[], work: (draft: Draft) => T): Promise<T>;
	remove(sandboxId: string): Promise<void>;
}

export function createWorlds(journal: SandboxJournal): Worlds {
	const cache = new Map<string, World>();
	const queues = new Map<string, Promise<void>>();

	/** One request of a sandbox at a time, so that those of one process never have to run twice. */
	async function inTurn<T>(sandboxId: string, work: () => Promise<T>): Promise<T> {
		const before = queues.get(sandboxId) ?? Promise.resolve();
		const mine = before.then(work);
		const settled = mine.then(
			() => undefined,
			() => undefined,
		);
		queues.set(sandboxId, settled);
		try {
			return await mine;
		} finally {
			if (queues.get(sandboxId) === settled) queues.delete(sandboxId);
		}
	}

	function keep(sandboxId: string, world: World): World {
		cache.delete(sandboxId);
		cache.set(sandboxId, world);
		const [oldest] = cache.keys();
		if (cache.size > KEPT_WORLDS && oldest) cache.delete(oldest);
		return world;
	}

	async function newest(sandboxId: string, seed: () => readonly Change[]): Promise<World> {
		for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
			const cached = cache.get(sandboxId) ?? World.empty;
			const world = cached.after(await journal.read(sandboxId, cached.version));
			// Read while another replica made a snapshot of those entries; a look at the whole finds that.
			if (!world) cache.delete(sandboxId);
			else if (world.version > 0) return keep(sandboxId, world);
			else await journal.append(sandboxId, { version: 1, snapshot: true, changes: seed() });
		}
		throw new Error(`The sandbox journal of ${sandboxId} has a gap.`);
	}

	async function commit(sandboxId: string, world: World, changes: readonly Change[]): Promise<boolean> {
		const compacting = world.sinceSnapshot >= ENTRIES_BETWEEN_SNAPSHOTS;
		if (compacting) await journal.compact(sandboxId, world.version, world.toChanges());
		const entry = { version: world.version + 1, snapshot: false, changes };
		if (!(await journal.append(sandboxId, entry))) return false;
		const next = (compacting ? world.snapshotted() : world).after([entry]);
		if (next) keep(sandboxId, next);
		return true;
	}

	return {
		transact: (sandboxId, seed, work) =>
			inTurn(sandboxId, async () => {
				for (;;) {
					const world = await newest(sandboxId, seed);
					const draft = new Draft(world);
					const result = work(draft);
					const { changes } = draft;
					if (changes.length === 0 || (await commit(sandboxId, world, changes))) return result;
				}
			}),
		remove: (sandboxId) =>
			inTurn(sandboxId, async () => {
				cache.delete(sandboxId);
				await journal.clear(sandboxId);
			}),
	};
}
