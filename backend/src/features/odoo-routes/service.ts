import { ApiError, invalidInput } from '../../core/errors';
import type { Caller } from '../../access/caller';
import type { Notes } from '../../http/notes';
import type { OdooClient } from '../../odoo/client';
import type { OdooClients } from '../../odoo/clients';
import { OdooError } from '../../odoo/errors';
import type { JsonValue } from '../../odoo/json';
import { ORM_METHODS } from '../../odoo/methods';
import { RecordsError } from '../../odoo/records/errors';
import type { FieldCatalog, FieldCatalogs } from '../../odoo/records/fields';
import { createRecords, type Records } from '../../odoo/records/records';
import { fieldsOfKeyAlone } from '../../odoo/records/search-key';
import { parseSearchFields, SearchFieldError } from '../../odoo/search-fields';
import { searchRecords } from '../../odoo/search-records';
import { choiceOf, type NamedConnection } from '../connections/choice';
import { requireMethodPermission } from '../connections/method-permission';
import type { ConnectionsService } from '../connections/service';
import { clientFor } from '../connections/reader';
import { odooFailure } from '../gateway/gateway-reply';
import type { Outcome } from './envelope';
import { readSearchDomain } from './search-domain';
import type { CallParams, CreateParams, SearchParams, UpdateParams } from './schemas';
import type { OdooSettingsService } from './settings/service';

interface Options {
	readonly signal: AbortSignal;
	/** Gets the connection that serves the call, once it is known. */
	readonly notes: Notes;
}

/**
 * Does the work of a route. Rejects with an `ApiError`: 403 or 404 if the key has no Odoo connection, or a refusal of
 * the input by this service or by Odoo. After a refusal, nothing of the call is left in Odoo.
 */
export type Act<P> = (caller: Caller, params: P, options: Options) => Promise<Outcome>;

/** The work of the five routes. */
export interface OdooRoutesService {
	readonly create: Act<CreateParams>;
	readonly update: Act<UpdateParams>;
	readonly createOrUpdate: Act<UpdateParams>;
	readonly search: Act<SearchParams>;
	readonly call: Act<CallParams>;
}

/** The Odoo that a call works on. */
interface Reached {
	readonly client: OdooClient;
	readonly catalog: FieldCatalog;
	readonly records: Records;
	/** Whether a record that an update does not find is created with what its search key says. */
	readonly createsWithSearchKey: boolean;
}

export function createOdooRoutesService({
	connections,
	clients,
	catalogs,
	settings,
}: {
	connections: Pick<ConnectionsService, 'open'>;
	clients: OdooClients;
	catalogs: FieldCatalogs;
	settings: Pick<OdooSettingsService, 'get'>;
}): OdooRoutesService {
	const reach = async (
		caller: Caller,
		named: NamedConnection,
		{ notes }: Options,
		work: (reached: Reached) => Promise<Outcome>,
	) => {
		const connection = await connections.open(caller.organization_id, choiceOf(caller, named));
		notes.connection_id = connection.id;
		notes.environment_id = connection.environment_id;
		try {
			const [opened, set] = await Promise.all([clients.get(connection), settings.get(caller.organization_id)]);
			const client = clientFor(caller, opened);
			const { url, database, login } = connection;
			const catalog = catalogs.of(JSON.stringify([url, database, login]), opened);
			return await work({
				client,
				catalog,
				createsWithSearchKey: set.create_with_search_key,
				records: createRecords({
					client,
					fields: catalog,
					ignoreCompanyOf: new Set(set.ignore_checkcompany_model),
					createsWithSearchKey: set.create_with_search_key,
					rollback: { onRefusal: set.rollback_state_failed, onError: set.rollback_except },
				}),
			});
		} catch (error) {
			throw toApiError(error);
		}
	};

	return {
		create: (caller, params, options) =>
			reach(caller, params, options, async ({ records }) =>
				created(await records.create(params.model, params.vals, options)),
			),
		update: (caller, params, options) =>
			reach(caller, params, options, async ({ records }) =>
				updated(await records.update(params.model, params.vals, options)),
			),
		createOrUpdate: (caller, params, options) =>
			reach(caller, params, options, async ({ records, createsWithSearchKey }) => {
				const outcome = await records.createOrUpdate(params.model, params.vals, options);
				const unfound = createsWithSearchKey || !outcome.created ? [] : fieldsOfKeyAlone(params.vals);
				if (unfound.length > 0) options.notes.remark = notFoundAgain(unfound);
				return outcome.created ? created(outcome.result) : updated(outcome.result);
			}),
		async search(caller, params, options) {
			const { search_field, search_domain, limit, order } = params.vals.payload;
			const search = {
				model: params.model,
				fields: readFields(search_field ?? []),
				domain: readSearchDomain(search_domain ?? []),
				limit: limit ?? null,
				order: order ?? null,
			};
			return reach(caller, params, options, async ({ client, catalog }) => {
				const result = await searchRecords({ client, catalog, options }, search);
				return { is_success: true, result, messages: 'Record search successfully' };
			});
		},
		async call(caller, params, options) {
			const { model, vals } = params;
			const { method, parameter, context } = vals.payload;
			requireMethodPermission(caller, method);
			return reach(caller, params, options, async ({ client, records }) => {
				const ids = await records.find(model, vals.search_key, options);
				if (ids.length === 0) {
					throw new RecordsError('no_match', `The search key matches no record of ${model}.`);
				}
				// A method of the model itself takes no record ids.
				const args = ORM_METHODS.get(method)?.onModel === true ? [] : [ids];
				const hasContext = Object.keys(context).length > 0;
				const kwargs = { ...parameter, ...(hasContext ? { context } : {}) };
				const result = await client.call({ model, method, args, kwargs }, options);
				return { is_success: true, result, messages: `Function '${method}' called successfully` };
			});
		},
	};
}

const created = (result: JsonValue): Outcome => ({
	is_success: true,
	result,
	messages: 'Record created successfully',
});

const notFoundAgain = (fields: readonly string[]) =>
	`The record was created without ${fields.map((field) => `'${field}'`).join(', ')} of the search key, so the same call may ` +
	"create another one. Name them in the payload too, or turn 'webhook.create_with_search_key' on.";

const updated = (result: JsonValue): Outcome => ({
	is_success: true,
	result,
	messages: 'Record updated successfully',
});

function readFields(texts: readonly string[]) {
	try {
		return parseSearchFields(texts);
	} catch (error) {
		if (!(error instanceof SearchFieldError)) throw error;
		throw invalidInput('/params/vals/payload/search_field', error.message);
	}
}

function toApiError(error: unknown): unknown {
	if (error instanceof OdooError) return odooFailure(error);
	if (!(error instanceof RecordsError)) return error;
	return error.kind === 'left_behind'
		? new ApiError('odoo_server_error', error.message)
		: new ApiError('odoo_validation', error.message);
}
