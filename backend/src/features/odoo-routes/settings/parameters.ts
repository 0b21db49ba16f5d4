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

/** The most characters of a preview. */
const MAX_PREVIEW = 100_000;
const MAX_MODELS = 200;

const log = (route: OdooRoute) =>
	z.boolean().meta({ description: `Whether calls of \`/api/${route}\` are logged; true by default` });

const rollback = (failure: string) =>
	z
		.literal(true, {
			error: 'must be true: Odoo keeps either all writes of a call or none, so a failed call leaves nothing',
		})
		.meta({ description: `Always true: a call ${failure} leaves nothing in Odoo` });

/**
 * The module's system parameters, without their prefix `webhook.`. Source: its documentation, "System Parameters"; and one of
 * our own, `create_with_search_key`.
 * The two of the rollback are always true, because each route writes in one transaction of Odoo.
 */
export const PARAMETERS = {
	preview_limit: z
		.int()
		.min(0)
		.max(MAX_PREVIEW)
		.meta({
			description:
				'How many characters of a payload the previews of API logs show; longer payloads are also stored whole; ' +
				'2000 by default',
		}),
	create_data_log: log('create_data'),
	update_data_log: log('update_data'),
	create_update_data_log: log('create_update_data'),
	search_data_log: log('search_data'),
	call_function_log: log('call_function'),
	rollback_state_failed: rollback('that does not succeed'),
	rollback_except: rollback('that fails unexpectedly'),
	ignore_checkcompany_model: z
		.array(z.string().regex(/^\w+(\.\w+)*$/, 'must be the name of a model, e.g. product.product'))
		.max(MAX_MODELS)
		.meta({ description: 'Models whose records are looked up in all companies, at most 200; none by default' }),
	create_with_search_key: z.boolean().meta({
		description:
			'Whether a record that `/api/create_update_data` creates is also given what the `search_key` says, so that ' +
			'the same call finds it the next time; false by default, as the module has it',
	}),
} as const;

export type OdooSettings = z.output<z.ZodObject<typeof PARAMETERS>>;

/** The settings of an organization that has changed none. */
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
	create_with_search_key: false,
};
