/** How much the first block holds, in bytes, and the largest: each holds twice what the one before does. */
const FIRST = 16 * 1024;
const LARGEST = 1024 * 1024;

/** Bytes as they came, in blocks of memory that belong to nobody else. */
export type Blocks = readonly Uint8Array<ArrayBuffer>[];

export const sizeOf = (blocks: Blocks) => blocks.reduce((sum, block) => sum + block.byteLength, 0);

/**
 * Gathers chunks in blocks, so that chunks of a byte each take no more memory than they say, and a large body is never
 * copied at once. `onSize` is told the size before each chunk is kept; what it waits for, the sender waits for.
 */
export async function gather(
	chunks: AsyncIterable<Uint8Array>,
	onSize: (size: number) => Promise<void> | undefined,
): Promise<Blocks> {
	const full: Uint8Array<ArrayBuffer>[] = [];
	let block = new Uint8Array(new ArrayBuffer(0));
	let used = 0;
	let size = 0;
	for await (const chunk of chunks) {
		size += chunk.byteLength;
		await onSize(size);
		for (let taken = 0; taken < chunk.byteLength;) {
			if (used === block.byteLength) {
				if (used > 0) full.push(block);
				block = new Uint8Array(Math.min(LARGEST, Math.max(FIRST, 2 * used)));
				used = 0;
			}
			const part = chunk.subarray(taken, taken + block.byteLength - used);
			block.set(part, used);
			used += part.byteLength;
			taken += part.byteLength;
		}
	}
	return used === 0 ? full : [...full, block.subarray(0, used)];
}
