/** Ends a wait for what will not happen any more, before jest ends the test without a word of it. */
const LIMIT_MS = 110_000;

/**
 * Resolves with what `look` answers as soon as that is neither null, undefined nor false. Between two looks it leaves the
 * process to others for as long as the last one took: what it waits for mostly happens in this process.
 */
export async function until<T>(
	look: () => Promise<T | null | undefined | false> | T | null | undefined | false,
	limitMs = LIMIT_MS,
): Promise<T> {
	const end = performance.now() + limitMs;
	while (performance.now() < end) {
		const began = performance.now();
		const found = await look();
		if (found !== null && found !== undefined && found !== false) return found;
		await new Promise((resolve) => setTimeout(resolve, performance.now() - began));
	}
	throw new Error(`This did not come true within ${limitMs / 1_000} seconds: ${String(look)}`);
}
