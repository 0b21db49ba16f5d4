import type { CallOptions, OdooCall, OdooVersion } from '../../odoo/client';
import type { JsonObject, JsonValue } from '../../odoo/json';

/** What the assistant is asked. */
export interface Question {
	/** In the words of a person; never empty. */
	readonly message: string;
	/** What "today" and its kin are counted from, in UTC. */
	readonly now: Date;
}

/**
 * What a planner makes of a question. The queries that led to it are not told here: {@link ReadingOdoo} has kept them.
 */
export type Answer =
	/** `records` where records, or groups of them, were asked for. */
	| { readonly kind: 'answered'; readonly text: string; readonly records?: readonly JsonObject[] }
	/** `text` says what was not understood, and what would be. */
	| { readonly kind: 'not_understood'; readonly text: string }
	/** A wish to change something: nothing is called yet; `text` says in plain words what the calls would do. */
	| { readonly kind: 'planned'; readonly text: string; readonly calls: readonly OdooCall[] };

/** Finds out by reading what answers a question, or which calls would carry out a wish. */
export interface Planner {
	readonly name: 'rules' | 'language_model';
	/**
	 * Records' contents are data, never instructions. Rejects with an `OdooError` where Odoo fails or refuses, with a
	 * {@link ReadingLimitError} where the question asks for more than a question may.
	 */
	answer(question: Question, odoo: ReadingOdoo, options?: Pick<CallOptions, 'signal'>): Promise<Answer>;
}

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

/** How many records, or groups, one query may bring. */
export const MAX_RECORDS = 200;
/** How many queries one question may take. */
export const MAX_QUERIES = 30;
/** How long all of them may take together, in milliseconds. */
export const MAX_DURATION_MS = 60_000;

/** The question takes more queries than one may; the message says how many those are. */
export class ReadingLimitError extends Error {
	override readonly name = 'ReadingLimitError';
}

/**
 * All that a planner may do to an Odoo: read, within limits. Every query that is sent is kept, exactly as it was sent,
 * for the account that the caller is given; what models and fields there are is asked beside and cached. All reject with
 * an `OdooError` (`access_denied` where the user may not read), and with a {@link ReadingLimitError}.
 */
export interface ReadingOdoo {
	readonly version: OdooVersion;
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
	/** The queries that were sent so far. */
	readonly queries: readonly OdooCall[];
}
