import type { Clock } from './clock';

/** How long what was found is believed, in milliseconds: other replicas may change it meanwhile. */
const BELIEVED_MS = 1_000;
/** When less is left of that, it is found out anew beside who asks: for what is much asked for, nobody ever waits. */
const AHEAD_MS = 500;
const CAPACITY = 10_000;

/** What a look found. */
export interface Finding<V> {
	readonly value: V;
	/** When it ceases to hold, in milliseconds since 1970; unset where nothing is known of that, 0 of what is not kept. */
	readonly until?: number;
}

/** What was found out, believed for a second. */
export interface Memory<V> {
	/** What is remembered under a key, or else what `look` finds, once for all who ask meanwhile. A failure is not kept. */
	get(key: string, look: () => Promise<Finding<V>>): Promise<V>;
	/** To be called after each change that is known of: whatever was found before it is not answered any more. */
	forget(): void;
}

interface Entry<V> {
	found: Promise<V> | null;
	/** Until when that is believed. */
	until: number;
	looking: Promise<V> | null;
}

/** An empty memory, of this process. */
export function createMemory<V>(clock: Clock): Memory<V> {
	const entries = new Map<string, Entry<V>>();

	const add = (key: string) => {
		// Few are asked for within their short life; when there are many, beginning anew costs each one more look.
		if (entries.size >= CAPACITY) entries.clear();
		const entry: Entry<V> = { found: null, until: 0, looking: null };
		entries.set(key, entry);
		return entry;
	};

	/** Forgotten meanwhile, the entry is no longer asked. */
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
		// Only who waits for it is told of a failure.
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
