import type { Clock } from '../../core/clock';
import type { OdooClient } from '../client';
import { OdooError } from '../errors';
import { isJsonObject, type JsonValue } from '../json';
import { closeNames } from './close-names';
import { RecordsError } from './errors';

const MAX_MODELS = 500;
const LIFETIME_MS = 10 * 60_000;

/** A field, as `fields_get` describes it. */
export interface FieldInfo {
	/** Odoo's name of the type, e.g. `char`, `many2one`. */
	readonly type: string;
	/** The model that a relation leads to. */
	readonly relation: string | null;
	/** The many2one of a one2many's lines that leads back. */
	readonly relationField: string | null;
	readonly readonly: boolean;
	readonly required: boolean;
	/** False for what Odoo cannot search by; older versions take such a condition for true. */
	readonly searchable: boolean;
}

export type ModelFields = ReadonlyMap<string, FieldInfo>;

/** What one connection's user sees of the models; every method rejects with an `OdooError`. */
export interface FieldCatalog {
	/**
	 * The fields of a model. Odoo is asked anew where one of `names` is not among those known.
	 * Rejects with a `RecordsError` where it is not there even so.
	 */
	fields(model: string, names?: readonly string[]): Promise<ModelFields>;
	/** The company that the user works in: `env.company`. Null where Odoo tells of none. */
	company(): Promise<number | null>;
}

/** The catalogs of all connections. */
export interface FieldCatalogs {
	/** `key` tells connections apart: by server, database and user. */
	of(key: string, client: OdooClient): FieldCatalog;
}

/** Keeps what `fields_get` told, for ten minutes and of at most 500 models, the oldest of which make room. */
export function createFieldCatalogs({ clock }: { clock: Clock }): FieldCatalogs {
	const kept = new Map<string, { answer: Promise<ModelFields>; until: number }>();
	const companies = new Map<string, { answer: Promise<number | null>; until: number }>();

	return {
		of: (key, client) => {
			const company = remember(companies, clock);
			const fields = remember(kept, clock);
			// The answers are shared with other requests, so none ends for the signal of one.
			const ask = (model: string, anew: boolean) =>
				fields(`${key}\n${model}`, anew, async () =>
					parseFields(await client.call({ model, method: 'fields_get', args: [], kwargs: { attributes } })),
				);
			return {
				company: () => company(key, false, () => askCompany(client)),
				async fields(model, names = []) {
					const isMissing = (of: ModelFields) => names.some((name) => !of.has(name));
					const known = await ask(model, false);
					if (!isMissing(known)) return known;
					const fresh = await ask(model, true);
					const missing = names.find((name) => !fresh.has(name));
					if (missing !== undefined) throw unknownField(model, missing, fresh);
					return fresh;
				},
			};
		},
	};
}

const attributes = ['type', 'relation', 'relation_field', 'readonly', 'required', 'searchable'];

/** Gives the answer kept under a key, or asks for it; one that failed is forgotten. */
function remember<T>(kept: Map<string, { answer: Promise<T>; until: number }>, clock: Clock) {
	return (key: string, anew: boolean, ask: () => Promise<T>): Promise<T> => {
		const now = clock.now().getTime();
		const known = kept.get(key);
		if (!anew && known && known.until > now) return known.answer;
		kept.delete(key);
		const [oldest] = kept.keys();
		if (oldest !== undefined && kept.size >= MAX_MODELS) kept.delete(oldest);
		const answer = ask();
		const entry = { answer, until: now + LIFETIME_MS };
		kept.set(key, entry);
		answer.catch(() => {
			if (kept.get(key) === entry) kept.delete(key);
		});
		return answer;
	};
}

/** The default of a user's company is `env.company`, in every version, and needs no rights. */
async function askCompany(client: OdooClient): Promise<number | null> {
	const call = { model: 'res.users', method: 'default_get', args: [['company_id']], kwargs: {} };
	const defaults = await client.call(call);
	const company = isJsonObject(defaults) ? defaults.company_id : null;
	return typeof company === 'number' ? company : null;
}

function parseFields(answer: JsonValue): ModelFields {
	if (!isJsonObject(answer)) throw new OdooError('server_error', 'Odoo did not describe the fields of the model.');
	return new Map(
		Object.entries(answer).flatMap(([name, field]): [string, FieldInfo][] => {
			if (!isJsonObject(field) || typeof field.type !== 'string') return [];
			const { type, relation, relation_field, readonly, required, searchable } = field;
			const info = {
				type,
				relation: typeof relation === 'string' ? relation : null,
				relationField: typeof relation_field === 'string' ? relation_field : null,
				readonly: readonly === true,
				required: required === true,
				searchable: searchable !== false,
			};
			return [[name, info]];
		}),
	);
}

function unknownField(model: string, name: string, fields: ModelFields): RecordsError {
	const close = closeNames(name.slice(0, 100), fields.keys());
	const hint = close.length > 0 ? ` Did you mean ${close.map((other) => `'${other}'`).join(' or ')}?` : '';
	return new RecordsError('unknown_field', `${model} has no field '${name.slice(0, 100)}'.${hint}`);
}
