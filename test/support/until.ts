const LIMIT_MS = 10_000;

/**
 * Resolves with what `look` answers as soon as that is neither null, undefined nor false.
 * Rejects when that takes so long that it will not happen any more.
 */
export async function until<T>(
	look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
	limitMs = LIMIT_MS,
): Promise<T> {
	const end = performance.now() + limitMs;
	while (performance.now() < end) {
		const found = await look();
		if (found !== null && found !== undefined && found !== false) return found;
		await new Promise((resolve) => setImmediate(resolve));
	}
	throw new Error(`This did not come true within ${limitMs / 1_000} seconds: ${String(look)}`);
}
