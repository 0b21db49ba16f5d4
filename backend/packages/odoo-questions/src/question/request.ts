import type { DateRange } from '../dates/periods';
import type { DomainList, FieldDescription } from '../odoo-reader';
import type { Comparison } from '../vocabulary/comparisons';
import type { Field } from '../vocabulary/fields';
import type { Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** A condition on records, before names are looked up. */
export type Filter =
	/**
	 * A finished domain. `amount` and `date` are the fields that are meant for such records, where they are not the
	 * model's usual ones.
	 */
	| {
			readonly kind: 'domain';
			readonly domain: DomainList;
			readonly text: string;
			readonly fields?: readonly string[];
			readonly amount?: string;
			readonly date?: string;
	  }
	/** The model's usual date is in a range. */
	| { readonly kind: 'date'; readonly range: DateRange }
	/**
	 * A field is compared with a number; where none is named, the model's usual amount, or its quantity where no
	 * currency is named.
	 */
	| {
			readonly kind: 'amount';
			readonly field?: FieldDescription;
			readonly operator: Comparison;
			readonly value: number;
			readonly to?: number;
			readonly unit?: string;
	  }
	/** The amounts are in a currency, by its ISO 4217 code. */
	| { readonly kind: 'currency'; readonly unit: string }
	/** A name: of a record of `field`, or where no field is named, of anything that the records may belong to. */
	| {
			readonly kind: 'name';
			readonly preposition: string;
			readonly name: string;
			readonly field?: FieldDescription;
	  }
	/** Words that nothing else explains: they must be the exact name of a stage, a category or a tag. */
	| { readonly kind: 'quality'; readonly name: string }
	/** Related records exist, or a number of them. */
	| {
			readonly kind: 'related';
			readonly clause: Clause;
			readonly negated: boolean;
			readonly count?: { readonly operator: Comparison; readonly value: number };
			/** The sum of their amounts, in one currency, compares so. */
			readonly sum?: { readonly operator: Comparison; readonly value: number; readonly unit?: string };
	  }
	| { readonly kind: 'not'; readonly of: Filter }
	| { readonly kind: 'either'; readonly of: readonly [Filter, Filter] };

/** A noun with its filters. */
export interface Clause {
	readonly subject: Subject;
	readonly vocabulary: Vocabulary;
	readonly filters: readonly Filter[];
}

/** One level that records are grouped by. */
export interface GroupLevel {
	/** As Odoo takes it: a field, or a date with its granularity such as `date_order:month`. */
	readonly spec: string;
	readonly label: string;
	readonly field: FieldDescription;
}

/** A parsed question. */
export interface Request {
	readonly intent: 'list' | 'count' | 'sum' | 'avg';
	readonly clause: Clause;
	/** The field to add up or average; null for the model's usual amount. */
	readonly measure: FieldDescription | null;
	readonly groups: readonly GroupLevel[];
	/** The field to sort by, or the model's usual amount or date. */
	readonly order: { readonly by: FieldDescription | 'amount' | 'date'; readonly descending: boolean } | null;
	readonly limit: number | null;
	/** The fields to show that the question names. */
	readonly show: readonly Field[];
	/** Ranks the records by how many related records they have, or by the sum of those. */
	readonly rank: { readonly clause: Clause; readonly by: 'sum' | 'count'; readonly descending: boolean } | null;
	/** Sentences for the answer: how the question was understood, where it could be understood otherwise. */
	readonly notes: readonly string[];
	/** Why the parts of the question cannot be combined; null where they can. */
	readonly conflict: string | null;
	/** The parts of the message that no rule consumed. */
	readonly unknown: readonly string[];
}
