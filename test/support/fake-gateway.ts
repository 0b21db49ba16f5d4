import { z } from 'zod';
import type { FakePlatform } from './fake-platform';

const actionSchema = z.looseObject({
	action: z.string(),
	model: z.string().optional(),
	method: z.string().optional(),
	args: z.array(z.unknown()).default([]),
	kwargs: z.record(z.string(), z.unknown()).default({}),
});
const batchSchema = z.object({
	action: z.literal('batch'),
	requests: z.array(actionSchema),
	stop_on_error: z.boolean(),
});

export type GatewayAction = z.output<typeof actionSchema>;

/** What the gateway says of an action that it refuses. */
export class Refused {
	constructor(
		readonly error: string,
		readonly code = 'odoo_validation',
		readonly details = 'Odoo said no.',
	) {}
}

/** What a fake gateway was asked. */
export interface FakeGateway {
	/** The actions, those of batches included, in order. */
	readonly actions: GatewayAction[];
	/** How many actions each request had. */
	readonly requests: number[];
}

/** Lets a fake platform answer as the gateway does: each action by itself, or as one of a batch, by `act`. */
export function actAsGateway(platform: FakePlatform, act: (action: GatewayAction) => unknown): FakeGateway {
	const actions: GatewayAction[] = [];
	const requests: number[] = [];
	const answer = (action: GatewayAction) => {
		actions.push(action);
		const data = act(action);
		if (!(data instanceof Refused)) return { success: true, data };
		const { error, code, details } = data;
		return { success: false, error, code, details };
	};
	platform.answer = ({ rawBody }) => {
		const request: unknown = JSON.parse(rawBody);
		const batch = batchSchema.safeParse(request);
		if (!batch.success) {
			requests.push(1);
			const body = answer(actionSchema.parse(request));
			return { status: body.success ? 200 : 400, body };
		}
		requests.push(batch.data.requests.length);
		let stopped = false;
		const data = batch.data.requests.map((action) => {
			if (stopped) return { success: false, error: 'Not run', details: '', code: 'batch_stopped' };
			const result = answer(action);
			stopped = !result.success && batch.data.stop_on_error;
			return result;
		});
		return { body: { success: true, data } };
	};
	return { actions, requests };
}
