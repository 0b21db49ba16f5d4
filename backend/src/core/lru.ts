/** A map of at most `capacity` entries. When it is full, the least recently used entry is dropped. */
export class Lru<V> {
	readonly #entries = new Map<string, V>();

	constructor(private readonly capacity: number) {}

	get(key: string): V | undefined {
		const value = this.#entries.get(key);
		if (value !== undefined) this.set(key, value);
		return value;
	}

	set(key: string, value: V): void {
		this.#entries.delete(key);
		this.#entries.set(key, value);
		const oldest = this.#entries.keys().next();
		if (this.#entries.size > this.capacity && oldest.done !== true) this.#entries.delete(oldest.value);
	}

	delete(key: string): void {
		this.#entries.delete(key);
	}
}
