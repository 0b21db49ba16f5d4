import { Draft, sizeOf } from './draft';
import type { Change, SandboxJournal } from './journal';
import { World } from './world';

const KEPT_WORLDS = 50;
const ENTRIES_BETWEEN_SNAPSHOTS = 200;
const READ_ATTEMPTS = 5;
/** How much one entry of a restore holds, in characters and numbers, unless a single record is larger. */
const RESTORED_AT_ONCE = 4_000_000;

/** The sandboxes' worlds: cached, brought up to date before each request, and written through the journal. */
export interface Worlds {
	/**
	 * Runs `work` on the newest world and commits what it changed; when another replica committed first, runs it again on
	 * the world that came of that. What throws changes nothing. A world that has no entries yet is made by `seed`.
	 */
	transact<T>(sandboxId: string, seed: () => readonly Change[], work: (draft: Draft) => T): Promise<T>;
	/** All records as they are now, as changes that make them out of nothing. */
	snapshot(sandboxId: string, seed: () => readonly Change[]): Promise<readonly Change[]>;
	/**
	 * Puts what those changes make out of nothing in the place of all records. More than one entry can hold is written in
	 * several, between which others see a part; whoever writes between them loses that.
	 */
	restore(sandboxId: string, changes: readonly Change[]): Promise<void>;
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

	/** False where somebody else wrote in between. */
	async function appendAll(sandboxId: string, version: number, changes: readonly Change[]): Promise<boolean> {
		for (const [index, part] of inParts(changes).entries()) {
			const entry = { version: version + 1 + index, snapshot: index === 0, changes: part };
			if (!(await journal.append(sandboxId, entry))) return false;
		}
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
		snapshot: (sandboxId, seed) => inTurn(sandboxId, async () => (await newest(sandboxId, seed)).toChanges()),
		restore: (sandboxId, changes) =>
			inTurn(sandboxId, async () => {
				for (;;) {
					const known = cache.get(sandboxId)?.version ?? 0;
					const last = (await journal.read(sandboxId, known)).at(-1)?.version ?? known;
					if (await appendAll(sandboxId, last, changes)) return;
				}
			}),
		remove: (sandboxId) =>
			inTurn(sandboxId, async () => {
				cache.delete(sandboxId);
				await journal.clear(sandboxId);
			}),
	};
}

function inParts(changes: readonly Change[]): Change[][] {
	const first: Change[] = [];
	const parts = [first];
	let part = first;
	let size = 0;
	for (const change of changes) {
		const more = sizeOf(change.row);
		if (size > 0 && size + more > RESTORED_AT_ONCE) {
			part = [];
			parts.push(part);
			size = 0;
		}
		part.push(change);
		size += more;
	}
	return parts;
}
