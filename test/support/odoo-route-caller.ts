import { z } from 'zod';
import type { TestPlatform } from './platform';
import { postSigned } from './signed-request';

const envelope = z.object({
	jsonrpc: z.literal('2.0'),
	id: z.union([z.string(), z.number(), z.null()]),
	result: z.object({ is_success: z.boolean(), result: z.unknown(), messages: z.string() }).optional(),
	error: z.object({ code: z.number(), message: z.string(), data: z.looseObject({ name: z.string() }) }).optional(),
});

export interface RouteAnswer extends z.output<typeof envelope> {
	readonly status: number;
	readonly headers: Headers;
}

/** The five routes as a client of the webhook-routes module calls them, with the first run's webhook key. */
export function odooRouteCaller(platform: Pick<TestPlatform, 'url' | 'firstRun'>) {
	/** Sends that very text, signed. */
	const send = async (route: string, body: string, headers: Record<string, string> = {}): Promise<RouteAnswer> => {
		const reply = await postSigned(platform.url, `/api/${route}`, platform.firstRun.webhook_key, body, headers);
		return { status: reply.status, headers: reply.headers, ...envelope.parse(reply.json) };
	};

	return {
		send,
		/** Sends `vals` for a model, as the module's documentation shows it. */
		call: (route: string, model: string, vals: unknown, params: object = {}) =>
			send(route, JSON.stringify({ params: { model, vals, ...params } })),
	};
}

export type OdooRouteCaller = ReturnType<typeof odooRouteCaller>;
