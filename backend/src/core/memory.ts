import type { Clock } from './clock';

/** How long an entry holds, in milliseconds. It is short, because other replicas may change the value meanwhile. */
const BELIEVED_MS = 1_000;
/**
 * When an entry is asked for that holds no longer than this, it is renewed in the background. So nobody has to wait.
 */
const AHEAD_MS = 500;
const CAPACITY = 10_000;

/** The result of a look. */
export interface Finding<V> {
	readonly value: V;
	/**
	 * When the value ceases to hold, in milliseconds since 1970; 0 if it must not be kept, unset if that is unknown.
	 */
	readonly until?: number;
}

/** Remembers values for a second. */
export interface Memory<V> {
	/**
	 * The value of a key. If it is not remembered, `look` is called, once for all who ask meanwhile. Errors are not
	 * kept.
	 */
	get(key: string, look: () => Promise<Finding<V>>): Promise<V>;
	/** Forgets. Call it after each change, so that values from before the change are not answered any more. */
	forget(): void;
}

interface Entry<V> {
	found: Promise<V> | null;
	/** When the entry ceases to hold. */
	until: number;
	looking: Promise<V> | null;
}

/** Makes an empty memory, for this process only. */
export function createMemory<V>(clock: Clock): Memory<V> {
	const entries = new Map<string, Entry<V>>();

	const add = (key: string) => {
		// Too many entries: drop them all, which costs each key one more look.
		if (entries.size >= CAPACITY) entries.clear();
		const entry: Entry<V> = { found: null, until: 0, looking: null };
		entries.set(key, entry);
		return entry;
	};

	/** Looks again. An entry that was forgotten meanwhile is not put back. */
	const begin = (key: string, entry: Entry<V>, look: () => Promise<Finding<V>>, now: number) => {
		const looking = look()
			.then(({ value, until = Infinity }) => {
				entry.found = looking;
				entry.until = Math.min(until, now + BELIEVED_MS);
				return value;
			})
			.finally(() => {
				entry.looking = null;
				if (entry.until <= now && entries.get(key) === entry) entries.delete(key);
			});
		// Those who wait for this look get its error. Nobody else has to handle it.
		looking.catch(() => undefined);
		return looking;
	};

	return {
		get(key, look) {
			const now = clock.now().getTime();
			const entry = entries.get(key) ?? add(key);
			const left = entry.until - now;
			if (entry.found && left > AHEAD_MS) return entry.found;
			entry.looking ??= begin(key, entry, look, now);
			return entry.found && left > 0 ? entry.found : entry.looking;
		},
		forget: () => entries.clear(),
	};
}
