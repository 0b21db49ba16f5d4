import { z } from 'zod';

/** The five routes of the webhook-routes module. */
export const ODOO_ROUTES = [
	'create_data',
	'update_data',
	'create_update_data',
	'search_data',
	'call_function',
] as const;
export type OdooRoute = (typeof ODOO_ROUTES)[number];

/** No preview is longer, in characters. */
const MAX_PREVIEW = 100_000;
const MAX_MODELS = 200;

const log = (route: OdooRoute) =>
	z.boolean().meta({ description: `Whether calls of \`/api/${route}\` are logged; true unless set` });

const rollback = (failure: string) =>
	z
		.literal(true, {
			error: 'must be true: what a call writes, Odoo keeps wholly or not at all, so that a failed one leaves nothing',
		})
		.meta({ description: `Nothing of a call ${failure} stays in Odoo; this cannot be switched off` });

/**
 * The module's system parameters, without their prefix `webhook.`. Source: its documentation, "System Parameters".
 * The two of the rollback are shown as they always hold: what a route writes is one transaction of Odoo's.
 */
export const PARAMETERS = {
	preview_limit: z
		.int()
		.min(0)
		.max(MAX_PREVIEW)
		.meta({
			description:
				'Characters of a payload that the previews of API logs show; longer ones are kept whole beside them; ' +
				'2000 unless set',
		}),
	create_data_log: log('create_data'),
	update_data_log: log('update_data'),
	create_update_data_log: log('create_update_data'),
	search_data_log: log('search_data'),
	call_function_log: log('call_function'),
	rollback_state_failed: rollback('that does not succeed'),
	rollback_except: rollback('that fails unforeseen'),
	ignore_checkcompany_model: z
		.array(z.string().regex(/^\w+(\.\w+)*$/, 'must be the name of a model, e.g. product.product'))
		.max(MAX_MODELS)
		.meta({ description: 'Models whose records are looked up in every company, at most 200; none unless set' }),
} as const;

export type OdooSettings = z.output<z.ZodObject<typeof PARAMETERS>>;

/** What holds where an organization has set nothing else. */
export const DEFAULTS: OdooSettings = {
	preview_limit: 2000,
	create_data_log: true,
	update_data_log: true,
	create_update_data_log: true,
	search_data_log: true,
	call_function_log: true,
	rollback_state_failed: true,
	rollback_except: true,
	ignore_checkcompany_model: [],
};
