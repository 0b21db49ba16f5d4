import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ServerError } from '../../runtimes/runtime';
import { ENDED, nap } from '../../waiting/wakeable-loop';

/** How long a stream of events is silent at most, in milliseconds: proxies cut off what seems dead. */
const HEARTBEAT_MS = 15_000;
/** After how many milliseconds a client that was cut off comes back. */
const RETRY_MS = 2_000;
/** In characters; the rest of a longer line is left out. */
const LONGEST_LINE = 2_000;
const MOST_LINES = 5_000;

/** How many of the lines that there are. */
export const tailSchema = z
	.string()
	.regex(/^\d{1,5}$/, 'must be a number of lines')
	.transform(Number)
	.refine((lines) => lines <= MOST_LINES, `must be ${MOST_LINES} at most`)
	.default(200)
	.describe(`Of the lines that there are, the last so many: ${MOST_LINES} at most, 200 where nothing is said`);

const cut = (line: string) => line.slice(0, LONGEST_LINE);

/** The lines as text, all at once, so that a failure among them is one of the request. */
export async function siteLogText(lines: AsyncIterable<string>): Promise<string> {
	const texts: string[] = [];
	for await (const line of lines) {
		if (texts.length === MOST_LINES) break;
		texts.push(`${cut(line)}\n`);
	}
	return texts.join('');
}

/** The lines as server-sent events (HTML standard, 9.2), as they come; `end` tells that Odoo has ended, or why no more come. */
export async function* siteLogEvents(lines: AsyncIterable<string>, clock: Clock): AsyncGenerator<string> {
	yield `retry: ${RETRY_MS}\n\n`;
	const iterator = lines[Symbol.asyncIterator]();
	try {
		for (let next = iterator.next(); ;) {
			const news = await orSilence(next, clock);
			if (news === null) {
				yield ': heartbeat\n\n';
				continue;
			}
			if (news.done === true) break;
			next = iterator.next();
			// Whoever leaves does not wait for it.
			next.catch(() => undefined);
			yield `data: ${JSON.stringify({ text: cut(news.value) })}\n\n`;
		}
		yield endOf(null);
	} catch (error) {
		if (!(error instanceof ServerError)) throw error;
		yield endOf(error.message);
	} finally {
		// It may wait for a line that never comes: the request's signal ends that.
		void iterator.return?.();
	}
}

const endOf = (message: string | null) => `event: end\ndata: ${JSON.stringify({ message })}\n\n`;

/** What comes next; null where nothing does for so long that something must be said. */
async function orSilence<T>(next: Promise<T>, clock: Clock): Promise<T | null> {
	const over = new AbortController();
	try {
		return await Promise.race([next, nap(clock, HEARTBEAT_MS, over.signal).then(() => null)]);
	} finally {
		over.abort(ENDED);
	}
}
