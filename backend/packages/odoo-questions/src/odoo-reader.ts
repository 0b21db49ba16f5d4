import type { JsonObject, JsonValue } from './json';

/** A field as `fields_get` tells of it, with its label in English. */
export interface FieldDescription {
	readonly name: string;
	readonly label: string;
	/** Odoo's type, e.g. `monetary`, `many2one`. */
	readonly type: string;
	/** The model that a relation leads to. */
	readonly relation: string | null;
	/** Keys and labels of a selection, in their order. */
	readonly selection: readonly (readonly [key: string, label: string])[];
	/** Whether it can be grouped by and added up; what is not stored is computed at each reading. */
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

/** `search_read`: records with those fields and their `id`. */
export interface Search {
	readonly domain: DomainList;
	readonly fields: readonly string[];
	/** As Odoo writes it, e.g. `date_order desc, id`; the model's own order where it is missing. */
	readonly order?: string;
	/** At most {@link MAX_RECORDS}; more are never read. */
	readonly limit: number;
}

/** What groups show of a field's values. */
export interface Aggregate {
	readonly field: string;
	readonly function: 'sum' | 'avg' | 'min' | 'max';
}

/** `read_group`, or `formatted_read_group` from Odoo 19 on. */
export interface Grouping {
	readonly domain: DomainList;
	/** Fields, dates with `:day`, `:week`, `:month`, `:quarter` or `:year`; none: one group of everything. */
	readonly groupBy: readonly string[];
	readonly aggregates: readonly Aggregate[];
	/** One of `groupBy`, `count`, or `field:function` of an aggregate; Odoo's order of the groups where it is missing. */
	readonly order?: { readonly by: string; readonly descending: boolean };
	/** At most {@link MAX_RECORDS}. */
	readonly limit: number;
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
	search(model: string, search: Search): Promise<readonly JsonObject[]>;
	count(model: string, domain: DomainList): Promise<number>;
	/**
	 * One object a group: a value under each of `groupBy` (`[id, name]` for records, words for spans of time), `count`,
	 * and each aggregate under `field:function`.
	 */
	group(model: string, grouping: Grouping): Promise<readonly JsonObject[]>;
}
