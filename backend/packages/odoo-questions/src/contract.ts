import type { JsonObject, JsonValue } from './json';

/** A question about an Odoo, or a command to change something in it. */
export interface Question {
	/** In the words of a person; never empty. */
	readonly message: string;
	/** The time that “today”, “last month” and the like are relative to, in UTC. */
	readonly now: Date;
}

/** A method call as Odoo's `execute_kw` takes it: the ids come first where the method works on records. */
export interface PlannedCall {
	readonly model: string;
	readonly method: string;
	readonly args: readonly JsonValue[];
	readonly kwargs: JsonObject;
}

/** The answer to a question. */
export type Answer =
	/** `text` is the answer in words. `records` are there where the question asks for records or for groups. */
	| { readonly kind: 'answered'; readonly text: string; readonly records?: readonly JsonObject[] }
	/** `text` says which part of the question was not understood, and what to ask instead. */
	| { readonly kind: 'not_understood'; readonly text: string }
	/**
	 * The message asks for a change. `calls` would carry it out and have not been made; `text` says what they would do,
	 * `done` what they did, where `text` is no longer true then.
	 */
	| {
			readonly kind: 'planned';
			readonly text: string;
			readonly done?: string;
			readonly calls: readonly PlannedCall[];
	  };
