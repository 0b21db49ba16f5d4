import { z } from 'zod';
import { idSchema } from '../../core/ids';
import type { JsonObject, JsonValue } from '../../odoo/json';

const MAX_LEVELS = 64;
const LEVELS = `nested at most ${MAX_LEVELS} levels deep`;

/** Deeper values would exhaust the stack of whoever writes them as JSON again. */
const fits = (value: unknown, levels = MAX_LEVELS): boolean =>
	typeof value !== 'object' ||
	value === null ||
	(levels > 0 && Object.values(value).every((item) => fits(item, levels - 1)));

/** The body was JSON, so whatever is an array in it is one of JSON values. */
const argsSchema = z
	.custom<JsonValue[]>((value) => Array.isArray(value) && fits(value), `must be a list, ${LEVELS}`)
	.meta({ type: 'array' });
const kwargsSchema = z
	.custom<JsonObject>(
		(value) => typeof value === 'object' && value !== null && !Array.isArray(value) && fits(value),
		`must be an object, ${LEVELS}`,
	)
	.meta({ type: 'object' });

/** Which Odoo is meant; the key's own, or the organization's default, where neither is named. */
const choice = {
	connection: z.string().min(1).max(100).optional().meta({ description: 'The id or name of an Odoo connection' }),
	environment_id: idSchema('environment').optional(),
};

const name = z.string().min(1).max(128);

/** The actions of the gateway, as the n8n integration document has them; unknown fields are refused. */
const ACTIONS = [
	z.strictObject({
		action: z.literal('execute_method'),
		model: name,
		method: name,
		args: argsSchema.default([]),
		kwargs: kwargsSchema.default({}),
		...choice,
	}),
	z.strictObject({ action: z.literal('test_connection'), ...choice }),
	z.strictObject({ action: z.literal('get_config'), ...choice }),
] as const;

const ACTION_NAMES = ACTIONS.map(({ shape }) => shape.action.value);

export const gatewayRequest = z
	.discriminatedUnion('action', ACTIONS, {
		error: ({ input }) =>
			typeof input === 'object' && input !== null && !Array.isArray(input)
				? `must be one of ${ACTION_NAMES.join(', ')}`
				: 'must be an object',
	})
	.meta({
		id: 'GatewayRequest',
		examples: [
			{
				action: 'execute_method',
				model: 'res.partner',
				method: 'search_read',
				args: [[['is_company', '=', true]]],
				kwargs: { fields: ['name', 'email'], limit: 10 },
			},
		],
	});

export type GatewayRequest = z.output<typeof gatewayRequest>;

export const gatewayReply = z
	.object({
		success: z.literal(true),
		data: z.unknown().meta({ description: "What the method returned, or the action's own answer" }),
	})
	.meta({ id: 'GatewayReply' });
