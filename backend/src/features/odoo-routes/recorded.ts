import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError, internalError } from '../../core/errors';
import { keyIdOf } from '../../access/caller';
import type { Route, RouteReply, RouteRequest } from '../../http/route';
import { failureBody, idOf, isResult } from './envelope';
import type { LogsService } from './logs/service';
import type { OdooRoute } from './settings/parameters';

const LEFT = 'The client left before the call ended. The call may have been carried out all the same.';

/**
 * Makes a route behave as the module's: every outcome of a call is answered in an envelope with the request's id. It is
 * written to the API log before the reply is sent; so are replies that an Idempotency-Key repeats.
 */
export function recorded(
	name: OdooRoute,
	route: Route,
	{ logs, clock }: { logs: Pick<LogsService, 'write'>; clock: Clock },
): Route {
	return {
		...route,
		async run(request) {
			const { caller, rawBody, requestId, signal, notes } = request;
			const at = clock.now();
			const asked = parse(rawBody);
			const write = ({ body }: RouteReply, error: string | null) =>
				logs.write({
					...notes,
					organization_id: caller.organization_id,
					at,
					route: name,
					state: error === null ? 'success' : 'failed',
					model: modelOf(asked),
					key_id: keyIdOf(caller),
					actor: caller.actor,
					request_id: requestId,
					duration_ms: Math.max(0, clock.now().getTime() - at.getTime()),
					error,
					request: { text: rawBody.toString('utf8'), value: asked },
					response: { text: JSON.stringify(body), value: body },
				});
			try {
				const reply = await route.run(request);
				await write(reply, null);
				return reply;
			} catch (error) {
				const failure = error instanceof ApiError ? error : internalError();
				const reply = failureReply(failure, idOf(asked), request);
				await write(reply, failure !== error && signal.aborted ? LEFT : failure.detail);
				if (failure !== error) throw error;
				return reply;
			}
		},
	};
}

function failureReply(failure: ApiError, id: ReturnType<typeof idOf>, { requestId }: RouteRequest): RouteReply {
	const body = failureBody(id, failure, requestId);
	return isResult(failure)
		? { status: 200, headers: {}, body }
		: { status: failure.status, headers: failure.more.headers ?? {}, body };
}

/** Parses a body; undefined if it is not JSON. */
function parse(body: Buffer): unknown {
	try {
		const value: unknown = JSON.parse(body.toString('utf8'));
		return value;
	} catch {
		return undefined;
	}
}

const named = z.object({ params: z.object({ model: z.string().max(128) }) });

/** The model that a request names, even if the request is refused. */
function modelOf(request: unknown): string | null {
	const { data } = named.safeParse(request);
	return data?.params.model ?? null;
}
