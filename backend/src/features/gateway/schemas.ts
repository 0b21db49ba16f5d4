import { z } from 'zod';
import type { JsonValue } from '../../odoo/json';
import { jsonComplaint, jsonObject } from '../../odoo/json-input';
import { connectionFields } from '../connections/choice';
import { gatewayData } from './answers';

/** How many records one call may work on. Odoo takes more and is long about it. */
const MAX_IDS = 5_000;
const MAX_REQUESTS = 500;
/** A question takes many queries, and the time of a language model. */
const MAX_CHATS = 20;

const tooManyIds = (value: unknown) =>
	Array.isArray(value) && value.length > MAX_IDS && typeof value[0] === 'number'
		? `must name at most ${MAX_IDS} records; send several requests`
		: null;

/** The body was JSON, so whatever is an array in it is one of JSON values. */
const argsSchema = z
	.custom<JsonValue[]>((value) => Array.isArray(value), 'must be a list')
	.superRefine((args, context) => {
		const complaint = jsonComplaint(args) ?? tooManyIds(args[0]);
		if (complaint !== null) context.addIssue(complaint);
	})
	.meta({ type: 'array' });
const kwargsSchema = jsonObject.superRefine((kwargs, context) => {
	const complaint = jsonComplaint(kwargs) ?? tooManyIds(kwargs.ids);
	if (complaint !== null) context.addIssue(complaint);
});

const name = z.string().min(1).max(128);

/** Characters of a question to the assistant. */
const MAX_MESSAGE = 2000;

/** The actions of the n8n integration document; unknown fields are refused. */
const ACTIONS = [
	z.strictObject({
		action: z
			.literal('execute_method')
			.meta({ description: 'Calls a public method of a model, whatever model it is' }),
		model: name.meta({ description: 'The technical name, e.g. `res.partner`' }),
		method: name.meta({
			description:
				'Public, so that it begins with no underscore, e.g. `search_read`; one that may write needs `odoo:write`',
		}),
		args: argsSchema.default([]).meta({
			description: `By position, as Odoo's \`execute_kw\` takes them: first the ids where the method works on records, at most ${MAX_IDS}`,
		}),
		kwargs: kwargsSchema.default({}).meta({
			description: `By name, \`context\` among them; \`ids\` names at most ${MAX_IDS} records`,
		}),
		...connectionFields,
	}),
	z.strictObject({
		action: z
			.literal('test_connection')
			.meta({ description: 'Logs in to the Odoo and tells who and where one is' }),
		...connectionFields,
	}),
	z.strictObject({
		action: z.literal('get_config').meta({ description: 'Tells which Odoo is meant, whether it answers or not' }),
		...connectionFields,
	}),
	z
		.strictObject({
			action: z
				.literal('chat')
				.meta({ description: 'Asks the assistant, in plain words; needs `message` or `confirm`' }),
			message: z
				.string()
				.trim()
				.min(1, 'must not be empty')
				.max(MAX_MESSAGE, `must have at most ${MAX_MESSAGE} characters`)
				.optional()
				.meta({
					description:
						'A question about the records in Odoo, or a wish to change some; needed unless there is `confirm`',
				}),
			allow_writes: z
				.boolean()
				.default(false)
				.meta({ description: 'Whether a wish to change something may be planned; nothing is changed yet' }),
			confirm: z
				.string()
				.min(1)
				.max(100)
				.optional()
				.meta({ description: 'The `confirm_token` of a plan: carries it out, once, within ten minutes' }),
			...connectionFields,
		})
		.refine(({ message, confirm }) => message !== undefined || confirm !== undefined, {
			path: ['message'],
			error: 'is missing; only a request with confirm needs none',
		}),
] as const;

/** Says which actions there are. */
const actionError = (actions: readonly { readonly shape: { readonly action: z.ZodLiteral<string> } }[]) => {
	const names = actions.map(({ shape }) => shape.action.value).join(', ');
	return ({ input }: { readonly input?: unknown }) =>
		typeof input === 'object' && input !== null && !Array.isArray(input)
			? `must be one of ${names}`
			: 'must be an object';
};

const batchSchema = z.strictObject({
	action: z.literal('batch').meta({ description: `Runs up to ${MAX_REQUESTS} of the other actions in one request` }),
	requests: z
		.array(z.discriminatedUnion('action', ACTIONS, { error: actionError(ACTIONS) }), 'must be a list of requests')
		.min(1, 'must have a request')
		.max(MAX_REQUESTS, `must have at most ${MAX_REQUESTS} requests`)
		.refine(
			(requests) => requests.filter(({ action }) => action === 'chat').length <= MAX_CHATS,
			`must have at most ${MAX_CHATS} of the action chat`,
		)
		.meta({
			description: `They run one after the other; consecutive creates of one model are one call to Odoo. At most ${MAX_CHATS} of the action \`chat\``,
		}),
	stop_on_error: z
		.boolean()
		.default(false)
		.meta({ description: 'Whether what follows a request that failed is left out' }),
});

const ALL_ACTIONS = [...ACTIONS, batchSchema] as const;

/** What the gateway takes: an action of the document, or several of them in one request. */
export const gatewayRequest = z.discriminatedUnion('action', ALL_ACTIONS, { error: actionError(ALL_ACTIONS) }).meta({
	id: 'GatewayRequest',
	examples: [
		{
			action: 'execute_method',
			model: 'res.partner',
			method: 'search_read',
			args: [[['is_company', '=', true]]],
			kwargs: { fields: ['name', 'email'], limit: 10 },
		},
		{
			action: 'batch',
			requests: [
				{
					action: 'execute_method',
					model: 'res.partner',
					method: 'create',
					args: [{ name: 'Azure Interior' }],
				},
				{
					action: 'execute_method',
					model: 'res.partner',
					method: 'create',
					args: [{ name: 'Gemini Furniture' }],
				},
			],
			stop_on_error: true,
		},
		{ action: 'chat', message: 'List all customers with outstanding invoices over $1000' },
	],
});

export type GatewayRequest = z.output<typeof gatewayRequest>;
export type GatewayBatch = z.output<typeof batchSchema>;
/** A request that is no batch. */
export type GatewayAction = GatewayBatch['requests'][number];

export const gatewayReply = z
	.object({
		success: z.literal(true).meta({ description: 'Always true here; a failure has another status than 200' }),
		data: gatewayData.describe('By the action that was asked for'),
	})
	.meta({
		id: 'GatewayReply',
		examples: [{ success: true, data: [{ id: 14, name: 'Azure Interior', email: 'azure@example.com' }] }],
	});
