import type { FieldDescription, DomainList } from '../odoo-reader';
import type { DateRange } from '../dates/periods';
import type { Subject } from '../vocabulary/subjects';
import type { Comparison } from '../vocabulary/grammar-words';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** What narrows records down, before names are looked up. */
export type Filter =
	/** `amount`: the amount that is meant of such records. */
	| {
			readonly kind: 'domain';
			readonly domain: DomainList;
			readonly text: string;
			readonly fields?: readonly string[];
			readonly amount?: string;
	  }
	/** Days of the date that counts for the model. */
	| { readonly kind: 'date'; readonly range: DateRange }
	/** The amount, or where no currency is named the quantity, that counts for the model. */
	| {
			readonly kind: 'amount';
			readonly operator: Comparison;
			readonly value: number;
			readonly to?: number;
			readonly unit?: string;
	  }
	/** A name, of whatever the records belong to; of that field where one is named. */
	| {
			readonly kind: 'name';
			readonly preposition: string;
			readonly name: string;
			readonly field?: FieldDescription;
	  }
	/** A word that nothing else explains: a stage, a category or a tag of that very name, or nothing. */
	| { readonly kind: 'quality'; readonly name: string }
	/** Who has such records, or so many of them. */
	| {
			readonly kind: 'related';
			readonly clause: Clause;
			readonly negated: boolean;
			readonly count?: { readonly operator: Comparison; readonly value: number };
	  }
	| { readonly kind: 'not'; readonly of: Filter }
	| { readonly kind: 'either'; readonly of: readonly [Filter, Filter] };

/** Records of a kind, narrowed down. */
export interface Clause {
	readonly subject: Subject;
	readonly vocabulary: Vocabulary;
	readonly filters: readonly Filter[];
}

/** What records are grouped by. */
export interface GroupLevel {
	/** As Odoo takes it: a field, or a date with its span. */
	readonly spec: string;
	readonly label: string;
	/** A span of the date that counts for the model, which may be named later. */
	readonly field: FieldDescription;
}

/** What a question asks for. */
export interface Request {
	readonly intent: 'list' | 'count' | 'sum' | 'avg';
	readonly clause: Clause;
	/** What is added up or averaged; the amount that counts for the model where nothing is named. */
	readonly measure: FieldDescription | null;
	readonly groups: readonly GroupLevel[];
	/** By a field, or by the amount or date that counts for the model. */
	readonly order: { readonly by: FieldDescription | 'amount' | 'date'; readonly descending: boolean } | null;
	readonly limit: number | null;
	/** Fields that are asked for by name. */
	readonly show: readonly FieldDescription[];
	/** Ranks the records by records that belong to them. */
	readonly rank: { readonly clause: Clause; readonly by: 'sum' | 'count'; readonly descending: boolean } | null;
	/** Which reading was taken where several were possible. */
	readonly notes: readonly string[];
	/** Why what is asked for does not go together; null where it does. */
	readonly conflict: string | null;
	/** What was not understood: stretches of the message that mean something. */
	readonly unknown: readonly string[];
}
