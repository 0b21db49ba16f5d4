import { z } from 'zod';
import type { Tenant } from '../../core/ids';
import type { Clock } from '../../core/clock';
import { preferredType } from '../../http/accept';
import { type Pager, pageOf, pageQuery } from '../../http/page';
import { defineRoute, reply, type Route, type RouteDescription, TextBody } from '../../http/route';
import { lastEventId, lineNumber, logEvents, logLineSchema, logText, presentLogLine } from './log-text';
import type { JobDocument, JobLogLine, JobsService } from './service';

interface LogDeclaration<P> extends Pick<RouteDescription, 'path' | 'operationId' | 'summary' | 'access'> {
	readonly params: z.ZodType<P>;
	/** @throws {ApiError} 404 */
	readonly jobOf: (tenant: Tenant, params: P) => Promise<JobDocument>;
}

interface LogParts {
	readonly jobs: JobsService;
	readonly pager: Pager;
	readonly clock: Clock;
}

/** Declares a route that answers the log of a job: as pages, as text, or line by line as it is written. */
export function logRoute<P>(parts: LogParts, declaration: LogDeclaration<P>): Route;
export function logRoute(
	{ jobs, pager, clock }: LogParts,
	{ params, jobOf, ...description }: LogDeclaration<unknown>,
): Route {
	return defineRoute({
		method: 'get',
		...description,
		notes:
			'`Accept: text/event-stream` follows the log until the work has ended; `Last-Event-ID` says after which line to ' +
			'go on.',
		input: { params, query: z.strictObject({ ...pageQuery, after: lineNumber.optional() }) },
		errors: ['not_acceptable'],
		texts: ['text/plain', 'text/event-stream'],
		responses: { 200: pageOf(logLineSchema) },
		handle: async ({ params: given, query, headers, caller, signal }) => {
			const job = await jobOf(caller.tenant, given);
			const after = query.after ?? 0;
			switch (preferredType(headers.accept, ['application/json', 'text/plain', 'text/event-stream'])) {
				case 'text/event-stream': {
					const last = lastEventId(headers) ?? after;
					const events = logEvents(jobs.follow(job, last, signal), clock);
					return reply(200, new TextBody('text/event-stream', events));
				}
				case 'text/plain':
					return reply(200, new TextBody('text/plain', logText(jobs.allLines(job, after))));
				case 'application/json': {
					const { items, next_cursor } = await pager.walk({
						query,
						scope: ['job logs', job._id, String(after)],
						placeOf: ({ seq }: JobLogLine) => String(seq),
						parse: Number,
						fetch: (place, limit) => jobs.lines(job, place ?? after, limit),
					});
					return reply(200, { data: items.map(presentLogLine), next_cursor });
				}
			}
		},
	});
}
