import { unlessAborted } from '../../../waiting/unless-aborted';

/** The same content, which ends with the signal's reason also while its source sends nothing; ends the source, too. */
export async function* heeding(content: AsyncIterable<Uint8Array>, signal: AbortSignal) {
	const chunks = content[Symbol.asyncIterator]();
	let isWaiting = false;
	try {
		for (;;) {
			isWaiting = true;
			const chunk = await unlessAborted(() => chunks.next(), signal);
			isWaiting = false;
			if (chunk.done) return;
			yield chunk.value;
		}
	} finally {
		const ended = Promise.resolve(chunks.return?.());
		// A source that hangs amid a chunk would hang here, too.
		if (isWaiting) ended.catch(() => undefined);
		else await ended;
	}
}
