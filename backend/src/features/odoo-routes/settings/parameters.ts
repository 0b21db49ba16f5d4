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

/** A system parameter of Odoo is text, so each is also taken as the module's documentation writes it: `1`, `True`. */
const flag = z
	.union([z.boolean(), z.literal([0, 1]), z.string().regex(/^(?:true|false|1|0)$/i)], 'must be true or false')
	.transform((given) => /^(?:true|1)$/i.test(String(given)))
	.pipe(z.boolean());

const count = z
	.union([z.number(), z.string().regex(/^\d{1,9}$/)], 'must be a whole number')
	.transform(Number)
	.pipe(z.int().min(0).max(MAX_PREVIEW));

const NO_LIST = 'must be a list of models, also as JSON text, e.g. ["product.product"]';
const models = z
	.union([z.array(z.string()), z.string()], NO_LIST)
	.transform((given, context) => {
		if (typeof given !== 'string') return given;
		try {
			return z.array(z.string()).parse(JSON.parse(given));
		} catch {
			context.addIssue({ code: 'custom', message: NO_LIST });
			return z.NEVER;
		}
	})
	.pipe(
		z.array(z.string().regex(/^\w+(\.\w+)*$/, 'must be the name of a model, e.g. product.product')).max(MAX_MODELS),
	);

const log = (route: OdooRoute) =>
	flag.meta({ description: `Whether calls of \`/api/${route}\` are logged; true by default` });

const rollback = (failure: string) =>
	flag.meta({
		description:
			`Whether what the call made before is removed again where ${failure}; true by default. Odoo itself keeps all of ` +
			'one write or none: this concerns what a call makes beside its record, by `auto_create` and `attachment_ids`',
	});

/**
 * The module's system parameters, without their prefix `webhook.`. Source: its documentation, "System Parameters"; and one of
 * our own, `create_with_search_key`.
 */
export const PARAMETERS = {
	preview_limit: count.meta({
		description:
			'How many characters of a payload the previews of API logs show; longer payloads are also stored whole; ' +
			'2000 by default',
	}),
	create_data_log: log('create_data'),
	update_data_log: log('update_data'),
	create_update_data_log: log('create_update_data'),
	search_data_log: log('search_data'),
	call_function_log: log('call_function'),
	rollback_state_failed: rollback('the route refuses the rest'),
	rollback_except: rollback('Odoo refuses or fails'),
	ignore_checkcompany_model: models.meta({
		description: 'Models whose records are looked up in all companies, at most 200; none by default',
	}),
	create_with_search_key: flag.meta({
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
