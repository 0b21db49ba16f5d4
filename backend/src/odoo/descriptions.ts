import { unlessAborted } from '../waiting/unless-aborted';
import type { CallOptions, OdooClient } from './client';
import { OdooError } from './errors';
import { isJsonObject, type JsonObject, type JsonValue } from './json';
import type { FieldDescription, ModelDescription } from '@odoo-platform/odoo-questions';
import { createAnswerCache } from './answer-cache';

/** More than any Odoo has. */
const MAX_MODELS = 5000;
const ATTRIBUTES = [
	'string',
	'type',
	'relation',
	'currency_field',
	'company_dependent',
	'selection',
	'store',
	'sortable',
	'searchable',
	'required',
	'readonly',
];
const ENGLISH: JsonObject = { lang: 'en_US' };

/** How whoever waits for an answer stops waiting. */
type Waiting = Pick<CallOptions, 'signal'>;

/** Which models and fields an Odoo has, as one connection sees it. */
export interface Descriptions {
	models(waiting?: Waiting): Promise<ReadonlyMap<string, string>>;
	describe(model: string, waiting?: Waiting): Promise<ModelDescription>;
	fields(model: string, waiting?: Waiting): Promise<ModelDescription['fields']>;
}

/** An answer of more characters is not kept: sixteen times what Odoo 19 tells of `res.users`, its largest model. */
const LIMIT_OF_ONE = 1024 * 1024;
const modelCache = createAnswerCache<string>({ limit: 8 * LIMIT_OF_ONE, limitOfOne: LIMIT_OF_ONE });
const fieldCache = createAnswerCache<FieldDescription>({ limit: 32 * LIMIT_OF_ONE, limitOfOne: LIMIT_OF_ONE });

/** Reads `ir.model`, or asks it where it may not be read, and `fields_get`, each once for a client. Rejects with an `OdooError`, or the signal's reason. */
export function describeOdoo(client: OdooClient): Descriptions {
	// Other questions wait for an answer too, so it does not end with the one that asked first.
	const shared = <T>(ask: () => Promise<T>, { signal }: Waiting = {}): Promise<T> =>
		signal === undefined ? ask() : unlessAborted(ask, signal);
	const models = (waiting?: Waiting) => shared(() => modelCache.get(client, '', () => askModels(client)), waiting);

	const fields: Descriptions['fields'] = (model, waiting) =>
		shared(() => fieldCache.get(client, model, () => askFields(client, model)), waiting);

	return {
		models,
		fields,
		async describe(model, waiting) {
			const ofModel = await fields(model, waiting);
			// Who may not read the list of models may still read their records.
			const labels = await models(waiting).catch(() => new Map<string, string>());
			return { model, label: labels.get(model) ?? model, fields: ofModel };
		},
	};
}

/** Odoo 19 lets few users read `ir.model`; those that its own lists of models show a user are then taken. */
const askModels = (client: OdooClient): Promise<ReadonlyMap<string, string>> =>
	readModels(client).catch((error: unknown) => {
		if (!(error instanceof OdooError && error.kind === 'access_denied')) throw error;
		return askAvailableModels(client).catch(() => {
			throw error;
		});
	});

async function askAvailableModels(client: OdooClient): Promise<ReadonlyMap<string, string>> {
	const kwargs = { context: ENGLISH };
	const rows = await client.call({ model: 'ir.model', method: 'get_available_models', args: [], kwargs });
	return new Map(
		listOf(rows).flatMap(({ model, display_name }): [string, string][] =>
			typeof model === 'string' && typeof display_name === 'string' ? [[model, display_name]] : [],
		),
	);
}

async function readModels(client: OdooClient): Promise<ReadonlyMap<string, string>> {
	const kwargs = { fields: ['model', 'name'], limit: MAX_MODELS, context: ENGLISH };
	const args = [[['transient', '=', false]]];
	const rows = await client.call({ model: 'ir.model', method: 'search_read', args, kwargs });
	return new Map(
		listOf(rows).flatMap(({ model, name }): [string, string][] =>
			typeof model === 'string' && typeof name === 'string' ? [[model, name]] : [],
		),
	);
}

async function askFields(client: OdooClient, model: string): Promise<ReadonlyMap<string, FieldDescription>> {
	const kwargs = { attributes: ATTRIBUTES, context: ENGLISH };
	const fields = await client.call({ model, method: 'fields_get', args: [], kwargs });
	if (!isJsonObject(fields)) throw new OdooError('server_error', `Odoo did not tell the fields of ${model}.`);
	return new Map(
		Object.entries(fields).flatMap(([name, field]): [string, FieldDescription][] =>
			isJsonObject(field) ? [[name, fieldOf(name, field)]] : [],
		),
	);
}

/** The rows of an answer that should be a list of records. */
export const listOf = (answer: JsonValue): JsonObject[] => (Array.isArray(answer) ? answer.filter(isJsonObject) : []);

function fieldOf(name: string, field: JsonObject): FieldDescription {
	const { string, type, relation, currency_field, company_dependent, selection } = field;
	const { store, sortable, searchable, required, readonly } = field;
	return {
		name,
		label: typeof string === 'string' ? string : name,
		type: typeof type === 'string' ? type : '',
		relation: typeof relation === 'string' ? relation : null,
		currencyField: typeof currency_field === 'string' ? currency_field : null,
		perCompany: company_dependent === true,
		selection: Array.isArray(selection)
			? selection.flatMap((choice): [string, string][] => {
					const [key, label] = Array.isArray(choice) ? choice : [];
					return typeof key === 'string' && typeof label === 'string' ? [[key, label]] : [];
				})
			: [],
		stored: store === true,
		sortable: sortable === true,
		searchable: searchable !== false,
		required: required === true,
		readonly: readonly === true,
	};
}
