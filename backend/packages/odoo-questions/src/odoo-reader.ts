import type { JsonObject, JsonValue } from './json';

/** A field as `fields_get` describes it, with its label in English. */
export interface FieldDescription {
	readonly name: string;
	readonly label: string;
	/** Odoo's type, e.g. `monetary`, `many2one`. */
	readonly type: string;
	/** The model that a relational field refers to. */
	readonly relation: string | null;
	/** The field with the currency of an amount, where Odoo names it. */
	readonly currencyField: string | null;
	/** Whether its value differs by company, and Odoo tells that for the user's own company. */
	readonly perCompany: boolean;
	/** The keys and labels of a selection, in their order. */
	readonly selection: readonly (readonly [key: string, label: string])[];
	/**
	 * Whether the database has its values. Else Odoo computes them at each reading, and cannot group by them or add
	 * them up.
	 */
	readonly stored: boolean;
	readonly sortable: boolean;
	readonly searchable: boolean;
	readonly required: boolean;
	readonly readonly: boolean;
}

/** A model with its fields, as the user of the connection sees it. */
export interface ModelDescription {
	readonly model: string;
	readonly label: string;
	readonly fields: ReadonlyMap<string, FieldDescription>;
}

/** An Odoo search domain in prefix notation, e.g. `[['state', '=', 'sale']]`. */
export type DomainList = readonly JsonValue[];

/** A query for records with some of their fields, and their `id`. */
export interface Search {
	readonly domain: DomainList;
	readonly fields: readonly string[];
	/** As Odoo writes it, e.g. `date_order desc, id`; without it, the model's own order. */
	readonly order?: string;
	/** At most {@link MAX_RECORDS}. */
	readonly limit: number;
}

/** An aggregate of a field within each group. */
export interface Aggregate {
	readonly field: string;
	readonly function: 'sum' | 'avg' | 'min' | 'max';
}

/** A query for groups of records (`read_group`, or `formatted_read_group` from Odoo 19 on). */
export interface Grouping {
	readonly domain: DomainList;
	/** Fields; dates with `:day`, `:week`, `:month`, `:quarter` or `:year`. Without any, all records are one group. */
	readonly groupBy: readonly string[];
	readonly aggregates: readonly Aggregate[];
	/** By one of `groupBy`, `count`, or `field:function` of an aggregate; without it, Odoo's order of the groups. */
	readonly order?: { readonly by: string; readonly descending: boolean };
	/** At most {@link MAX_RECORDS}. */
	readonly limit: number;
}

/** A company whose records the user may see. */
export interface Company {
	readonly id: number;
	/** The ISO 4217 code of its currency. */
	readonly currency: string | undefined;
}

/** How many records, or groups, one query brings at most. */
export const MAX_RECORDS = 200;

/**
 * All that answering a question takes of an Odoo. It only reads. What it rejects with is passed on to whoever asked;
 * an error whose `kind` is `access_denied` says that the user may not read there.
 */
export interface OdooReader {
	/** The labels of the models, in English, by name; only those that hold records. */
	models(): Promise<ReadonlyMap<string, string>>;
	describe(model: string): Promise<ModelDescription>;
	companies(): Promise<readonly Company[]>;
	/** The ISO 4217 codes of the currencies that records of a model are in, by its field of that name. */
	currencies(model: string, field: string): Promise<readonly string[]>;
	search(model: string, search: Search): Promise<readonly JsonObject[]>;
	count(model: string, domain: DomainList): Promise<number>;
	/**
	 * One object for each group: its value under each of `groupBy` (`[id, name]` for a record, a name such as “March
	 * 2026” for a period), its `count`, and each aggregate under `field:function`.
	 */
	group(model: string, grouping: Grouping): Promise<readonly JsonObject[]>;
}
