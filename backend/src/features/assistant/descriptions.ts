import { unlessAborted } from '../../core/unless-aborted';
import type { CallOptions, OdooCall, OdooClient } from '../../odoo/client';
import { OdooError } from '../../odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../odoo/json';
import type { FieldDescription, ModelDescription } from './planner';

/** More than any Odoo has. */
const MAX_MODELS = 5000;
const ATTRIBUTES = [
	'string',
	'type',
	'relation',
	'selection',
	'store',
	'sortable',
	'searchable',
	'required',
	'readonly',
];
const ENGLISH: JsonObject = { lang: 'en_US' };

/** Until when somebody waits for an answer. */
type Waiting = Pick<CallOptions, 'signal'>;

/** What models and fields an Odoo has, as one connection sees it. */
export interface Descriptions {
	models(waiting?: Waiting): Promise<ReadonlyMap<string, string>>;
	describe(model: string, waiting?: Waiting): Promise<ModelDescription>;
}

/** What each connected client has told so far: it is asked anew with the next client, minutes later. */
const told = new WeakMap<OdooClient, Map<string, Promise<JsonValue>>>();

/** Reads `ir.model` and `fields_get`, each once for a client. Rejects with an `OdooError`, or the signal's reason. */
export function describeOdoo(client: OdooClient): Descriptions {
	const kept = told.get(client) ?? new Map<string, Promise<JsonValue>>();
	told.set(client, kept);

	const asked = (key: string, call: OdooCall): Promise<JsonValue> => {
		const known = kept.get(key);
		if (known) return known;
		// Other questions wait for it too, so it does not end with the one that asked first.
		const answer = client.call(call);
		kept.set(key, answer);
		answer.catch(() => kept.delete(key));
		return answer;
	};
	const once = (key: string, call: OdooCall, { signal }: Waiting = {}): Promise<JsonValue> =>
		signal === undefined ? asked(key, call) : unlessAborted(() => asked(key, call), signal);
	const models = async (waiting?: Waiting) => {
		const kwargs = { fields: ['model', 'name'], limit: MAX_MODELS, context: ENGLISH };
		const args = [[['transient', '=', false]]];
		const rows = await once('models', { model: 'ir.model', method: 'search_read', args, kwargs }, waiting);
		return new Map(
			listOf(rows).flatMap(({ model, name }): [string, string][] =>
				typeof model === 'string' && typeof name === 'string' ? [[model, name]] : [],
			),
		);
	};

	return {
		models,
		async describe(model, waiting) {
			const kwargs = { attributes: ATTRIBUTES, context: ENGLISH };
			const fields = await once(`fields of ${model}`, { model, method: 'fields_get', args: [], kwargs }, waiting);
			if (!isJsonObject(fields)) throw new OdooError('server_error', `Odoo did not tell the fields of ${model}.`);
			const described = Object.entries(fields).flatMap(([name, field]): [string, FieldDescription][] =>
				isJsonObject(field) ? [[name, fieldOf(name, field)]] : [],
			);
			// Who may not read the list of models may still read their records.
			const labels = await models(waiting).catch(() => new Map<string, string>());
			return { model, label: labels.get(model) ?? model, fields: new Map(described) };
		},
	};
}

/** The rows of an answer that should be a list of records. */
export const listOf = (answer: JsonValue): JsonObject[] => (Array.isArray(answer) ? answer.filter(isJsonObject) : []);

function fieldOf(name: string, field: JsonObject): FieldDescription {
	const { string, type, relation, selection, store, sortable, searchable, required, readonly } = field;
	return {
		name,
		label: typeof string === 'string' ? string : name,
		type: typeof type === 'string' ? type : '',
		relation: typeof relation === 'string' ? relation : null,
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
