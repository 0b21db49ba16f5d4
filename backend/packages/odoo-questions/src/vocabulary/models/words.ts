import { compare, type ConditionFor } from '../conditions';

/** What a word for a state means. */
export interface StateWords {
	readonly condition: ConditionFor;
	/** What the answer says for it, where that is not the word itself. */
	readonly text?: string;
	/** The amount field that is meant for records in this state, where it is not the model's usual one. */
	readonly amount?: string;
	/** The date that a period is about for them, where it is not the model's usual one. */
	readonly date?: string;
	/** The date since which they are late, for “more than 30 days overdue”. */
	readonly since?: string;
}

/**
 * Words for a model, and the fields they mean. Of several fields, the first that the model has in this Odoo is meant.
 */
export interface ModelWords {
	/** The app that the model comes with. */
	readonly app: string;
	/** The fields that are shown where the question names none. */
	readonly show: readonly string[];
	/** The field that “over 1000” is about. */
	readonly amount?: readonly string[];
	/** The field that “over 10” is about where the model has no amount. */
	readonly quantity?: readonly string[];
	/** Prices, which Odoo keeps as plain numbers, with the fields that may have their currency. */
	readonly prices?: Readonly<Record<string, readonly string[]>>;
	/** The field that “last month” is about. */
	readonly date?: readonly string[];
	/** The field with the contact that a record belongs to. */
	readonly party?: readonly string[];
	/** The fields that make up an address. */
	readonly address?: readonly string[];
	/** What an answer says of each record, where it is not its contact and its amount. */
	readonly brief?: readonly string[];
	/** The field with the document that a line belongs to. */
	readonly document?: string;
	/** The field after which a record is called, where it is not its own name. */
	readonly title?: string;
	/** The states of documents that hold; a list says of the others in which state they are. */
	readonly firm?: readonly string[];
	/** What is due: a condition on these fields is about documents for which `condition` holds. */
	readonly due?: {
		readonly fields: readonly string[];
		readonly condition: ConditionFor;
		readonly text: string;
		readonly amount: string;
	};
	/** Added to counts and sums where the question names no state. */
	readonly anyState?: string;
	/** The path from a document to the products on its lines. */
	readonly product?: string;
	/** Words for fields, besides their labels. */
	readonly fields: Readonly<Record<string, readonly string[]>>;
	/** Words for states, besides the labels of selections. */
	readonly states: Readonly<Record<string, StateWords>>;
	/** Relations whose records a name in a question may be of, besides the party; the likeliest first. */
	readonly names?: readonly string[];
	/** Text fields with a record's own name or number. */
	readonly ownNames?: readonly string[];
}

/** One entry for each of the words in a key, which `|` separates. */
export function states(words: Readonly<Record<string, ConditionFor | StateWords>>): Record<string, StateWords> {
	return Object.fromEntries(
		Object.entries(words).flatMap(([names, state]) =>
			names
				.split('|')
				.map((name): [string, StateWords] => [
					name,
					typeof state === 'function' ? { condition: state } : state,
				]),
		),
	);
}

/** One entry for each of the words in a key, which `|` separates. */
export function fields(words: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
	return Object.fromEntries(
		Object.entries(words).flatMap(([names, candidates]) =>
			names.split('|').map((name): [string, readonly string[]] => [name, candidates]),
		),
	);
}

/** The state of records that are no longer active. */
export const archived = { 'archived|inactive': compare('active', '=', false) };

/** Words for the contact that a record belongs to. */
export const PARTY =
	'customer|client|buyer|vendor|supplier|partner|contact|customer name|client name|vendor name|partner name|contact name';

/** Words for the user who sells. */
export const SELLER = 'salesperson|salespeople|sales rep|sales representative|seller|salesman';
