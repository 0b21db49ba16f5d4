import { z } from 'zod';
import { receiverUrl } from '../../net/receiver-url';
import type { JsonValue } from '../../odoo/json';
import { jsonComplaint, jsonObject } from '../../odoo/json-input';
import { createValsSchema, searchKeySchema, updateValsSchema } from '../../odoo/records/vals';
import { connectionFields } from '../connections/choice';
import { rpcIdSchema } from './envelope';

const callback = {
	callback_url: receiverUrl.optional().meta({
		description: "Where the reply is also posted, signed with the key's HMAC secret and retried like webhooks",
		examples: ['https://hooks.example.com/odoo'],
	}),
};

/** The request of a route: JSON-RPC around `params`. The module's documentation shows only `params`. */
const requestOf = <V extends z.ZodType<object>>(name: string, vals: V, example: { model: string; vals: z.input<V> }) =>
	z
		.strictObject({
			jsonrpc: z.literal('2.0').optional().meta({ description: 'The version of JSON-RPC; may be left out' }),
			method: z.string().max(100).optional().meta({ description: 'Ignored; clients of Odoo send `call`' }),
			id: rpcIdSchema.optional().meta({ description: 'An id of your choice; the reply has the same' }),
			params: z
				.strictObject({
					model: z
						.string('must be the name of a model')
						.min(1)
						.max(128)
						.meta({ description: 'The technical name, e.g. `sale.order`' }),
					vals: vals.meta({ description: 'The arguments of the call' }),
					...connectionFields,
				})
				.superRefine((params, context) => {
					const complaint = jsonComplaint(params);
					if (complaint !== null) context.addIssue(complaint);
				})
				.meta({ description: 'The call; the rest is the envelope of JSON-RPC' }),
		})
		.meta({ id: name, examples: [{ params: example }] });

export const createRequest = requestOf('CreateDataRequest', createValsSchema.extend(callback), {
	model: 'res.partner',
	vals: { payload: { name: 'Azure Interior', country_id: { code: 'US' } }, result_field: ['display_name'] },
});

export const updateRequest = requestOf('UpdateDataRequest', updateValsSchema.extend(callback), {
	model: 'res.partner',
	vals: { search_key: { email: 'azure@example.com' }, payload: { phone: '+1234567890' } },
});

export const searchRequest = requestOf(
	'SearchDataRequest',
	z.strictObject({
		payload: z
			.strictObject({
				search_field: z.array(z.string()).max(500).nullish().meta({
					description: 'Fields to read, those of related records as `name{field, …}`; by default, all',
				}),
				search_domain: z
					.union(
						[z.string(), z.custom<JsonValue[]>((value) => Array.isArray(value)).meta({ type: 'array' })],
						{
							error: 'must be a text that holds a Python list, or a list',
						},
					)
					.nullish()
					.meta({
						description:
							'A list of conditions, as the text of a Python list (at most 65,536 characters) or as JSON; by default, all records match',
					}),
				limit: z.int().min(1).nullish().meta({ description: 'The most records to return; by default, all' }),
				order: z
					.string()
					.max(500)
					.refine(isOrder, "must be names of fields, optionally with asc or desc: 'name, date_order desc'")
					.nullish()
					.meta({
						description:
							"Fields separated by commas, optionally with `asc` or `desc`; by default, the model's own order",
					}),
			})
			.default({})
			.meta({ description: 'What to find and read; by default, all fields of all records' }),
		...callback,
	}),
	{
		model: 'sale.order',
		vals: {
			payload: {
				search_field: ['name', 'partner_id{name}', 'order_line{product_id{name}, price_unit}'],
				search_domain: "[('state', '=', 'sale')]",
				limit: 10,
				order: 'date_order desc',
			},
		},
	},
);

export const callRequest = requestOf(
	'CallFunctionRequest',
	z.strictObject({
		search_key: searchKeySchema,
		payload: z
			.strictObject({
				method: z
					.string()
					.regex(/^[A-Za-z]\w{0,127}$/, 'must be the name of a public method, which begins with a letter')
					.meta({
						description: 'A method of the model; one that may write needs the permission `odoo:write`',
					}),
				parameter: jsonObject.default({}).meta({ description: "The method's named arguments" }),
				context: jsonObject
					.default({})
					.meta({ description: "Odoo's context for the call, e.g. `{ lang: 'th_TH' }`" }),
			})
			.meta({ description: 'The call on the records that `search_key` finds' }),
		...callback,
	}),
	{
		model: 'account.move',
		vals: { search_key: { id: 26 }, payload: { method: 'action_post', context: { lang: 'th_TH' } } },
	},
);

export type CreateParams = z.output<typeof createRequest>['params'];
export type UpdateParams = z.output<typeof updateRequest>['params'];
export type SearchParams = z.output<typeof searchRequest>['params'];
export type CallParams = z.output<typeof callRequest>['params'];

/** A field, optionally of a relation or with a part of a date, and optionally a direction. */
const ORDER_TERM = /^\s*\w+(\.\w+)?(:\w+)?(\s+(asc|desc))?(\s+nulls\s+(first|last))?\s*$/i;

function isOrder(text: string): boolean {
	return text.split(',').every((term) => ORDER_TERM.test(term));
}
