import type { Clock } from './clock';

/** What was found out, believed for a while: others may change it meanwhile. */
export interface Memory<V> {
	/** What is remembered under a key, or is just being found out; else what `look` finds. A failure is not kept. */
	get(key: string, look: () => Promise<V>): Promise<V>;
	/** To be called after each change that is known of: whatever was found before it is not answered any more. */
	forget(): void;
}

/** Remembers for `ms` milliseconds from when it began to look. */
export function createMemory<V>({ ms, capacity, clock }: { ms: number; capacity: number; clock: Clock }): Memory<V> {
	const entries = new Map<string, { readonly value: Promise<V>; readonly until: number }>();
	return {
		get(key, look) {
			const now = clock.now().getTime();
			const known = entries.get(key);
			if (known && known.until > now) return known.value;
			// Few are asked for within their short life; when there are many, beginning anew costs each one more look.
			if (entries.size >= capacity) entries.clear();
			const entry = { value: look(), until: now + ms };
			entries.set(key, entry);
			entry.value.catch(() => {
				if (entries.get(key) === entry) entries.delete(key);
			});
			return entry.value;
		},
		forget: () => entries.clear(),
	};
}
