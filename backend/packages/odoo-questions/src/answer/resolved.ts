import type { DomainList, FieldDescription, OdooReader } from '../odoo-reader';
import type { Subject } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** A clause with its names looked up. */
export interface Resolved {
	readonly subject: Subject;
	readonly vocabulary: Vocabulary;
	readonly domain: DomainList;
	/** The filters in words. */
	readonly texts: readonly string[];
	/** The fields that the filters are about; they are shown. */
	readonly fields: readonly string[];
	/** Whether the noun says in which state the records are, as “quotations” does. */
	readonly saysState: boolean;
	/** Whether the question names neither a state, nor the record itself. */
	readonly isUsual: boolean;
	/** The amount field that is meant for these records. */
	readonly amount: FieldDescription | undefined;
	readonly date: FieldDescription | undefined;
	readonly notes: readonly string[];
	/** The sum of a record's related records in words, by its id. */
	readonly sums: ReadonlyMap<number, string>;
}

/** What it takes to look up names. */
export interface Resolving {
	readonly odoo: OdooReader;
	readonly now: Date;
	vocabulary(model: string): Promise<Vocabulary>;
}

export interface Part {
	readonly domain: DomainList;
	readonly text: string;
	readonly fields?: readonly string[];
	readonly notes?: readonly string[];
	readonly sums?: ReadonlyMap<number, string>;
}
