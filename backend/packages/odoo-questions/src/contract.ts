import type { JsonObject, JsonValue } from './json';

/** What is asked. */
export interface Question {
	/** In the words of a person; never empty. */
	readonly message: string;
	/** What "today" and its kin are counted from, in UTC. */
	readonly now: Date;
}

/** A method call as `execute_kw` takes it: ids first where the method works on records. */
export interface PlannedCall {
	readonly model: string;
	readonly method: string;
	readonly args: readonly JsonValue[];
	readonly kwargs: JsonObject;
}

/** What is made of a question. */
export type Answer =
	/** `records` where records, or groups of them, were asked for. */
	| { readonly kind: 'answered'; readonly text: string; readonly records?: readonly JsonObject[] }
	/** `text` says what was not understood, and what would be. */
	| { readonly kind: 'not_understood'; readonly text: string }
	/** A wish to change something: nothing is called yet; `text` says in plain words what the calls would do. */
	| { readonly kind: 'planned'; readonly text: string; readonly calls: readonly PlannedCall[] };
