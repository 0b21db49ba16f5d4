import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { invalidInput } from '../../core/errors';
import type { JobLogLine, JobProgress } from './service';

/** How long a stream of events is silent at most, in milliseconds: proxies cut off what seems dead. */
const HEARTBEAT_MS = 15_000;
/** After how many milliseconds a client that was cut off comes back. */
const RETRY_MS = 2_000;

export const logLineSchema = z
	.object({
		seq: z.int().min(1).meta({ description: 'The number of the line, from 1; lines are kept for 30 days' }),
		at: z.iso.datetime().meta({ description: 'When it was written' }),
		text: z.string().meta({ description: 'For people; at most 2,000 characters, longer ones are cut off' }),
	})
	.meta({
		id: 'LogLine',
		examples: [{ seq: 2, at: '2026-05-07T14:23:14.660Z', text: 'The repository was fetched.' }],
	});

export const presentLogLine = ({ seq, at, text }: JobLogLine) => ({ seq, at: at.toISOString(), text });

/** The number of a line, or 0: before the first. */
export const lineNumber = z
	.string()
	.regex(/^\d{1,15}$/, 'must be the number of a line')
	.transform(Number)
	.describe('The number of a line: begins with the next one');

/** The last line that a client has seen which comes back. @throws {ApiError} 422 where it is not the number of a line. */
export function lastEventId(headers: IncomingHttpHeaders): number | undefined {
	const header = headers['last-event-id'];
	if (header === undefined || header === '') return undefined;
	const parsed = lineNumber.safeParse(header);
	if (parsed.success) return parsed.data;
	throw invalidInput('header Last-Event-ID', 'must be the number of a line, as the stream gave it');
}

/** A log as text: one line each, with its time. */
export async function* logText(lines: AsyncIterable<JobLogLine>): AsyncGenerator<string> {
	for await (const { at, text } of lines) yield `${at.toISOString()} ${text}\n`;
}

/**
 * A log as server-sent events (HTML standard, 9.2): a line's number is the event's id, so that a client which was cut
 * off goes on where it was; `end` tells that there will be no more.
 */
export async function* logEvents(progress: AsyncIterable<JobProgress>, clock: Clock): AsyncGenerator<string> {
	yield `retry: ${RETRY_MS}\n\n`;
	let spoken = clock.now().getTime();
	for await (const news of progress) {
		const now = clock.now().getTime();
		if (news.kind === 'idle' && now - spoken < HEARTBEAT_MS) continue;
		spoken = now;
		yield eventOf(news);
	}
}

function eventOf(news: JobProgress): string {
	switch (news.kind) {
		case 'idle':
			return ': heartbeat\n\n';
		case 'line':
			return `id: ${news.line.seq}\ndata: ${JSON.stringify(presentLogLine(news.line))}\n\n`;
		case 'end':
			return `event: end\ndata: ${JSON.stringify({ status: news.job.status })}\n\n`;
	}
}
