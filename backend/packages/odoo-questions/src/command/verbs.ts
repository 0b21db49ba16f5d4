import { type Match, phraseTable } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';
import { INTENTS, LEADING } from '../vocabulary/intents';

/** The verb that a command begins with. */
export type Verb = 'create' | 'set' | 'rename' | 'archive' | 'unarchive' | 'delete' | Button;

/** Verbs for the buttons of Odoo's forms. */
export type Button = 'confirm' | 'post' | 'validate' | 'cancel' | 'approve' | 'reset' | 'mark';

const VERBS = phraseTable<Verb>([
	['create', 'create'],
	['add', 'create'],
	['insert', 'create'],
	['register', 'create'],
	['set', 'set'],
	['change', 'set'],
	['update', 'set'],
	['modify', 'set'],
	['edit', 'set'],
	['rename', 'rename'],
	['archive', 'archive'],
	['deactivate', 'archive'],
	['unarchive', 'unarchive'],
	['restore', 'unarchive'],
	['reactivate', 'unarchive'],
	['delete', 'delete'],
	['remove', 'delete'],
	['erase', 'delete'],
	['confirm', 'confirm'],
	['post', 'post'],
	['validate', 'validate'],
	['cancel', 'cancel'],
	['approve', 'approve'],
	['reset', 'reset'],
	['mark', 'mark'],
]);

/** The imperative that a message begins with, and its position; null for a question. */
export function verbOf(tokens: readonly Token[]): (Match<Verb> & { readonly start: number }) | null {
	let start = 0;
	for (let polite = LEADING.at(tokens, start); polite; polite = LEADING.at(tokens, start)) start += polite.length;
	const word = tokens[start];
	// An imperative is not inflected: `posts` is a noun. `add up` asks for a sum.
	if (!word || word.text.toLowerCase() !== word.stem || INTENTS.at(tokens, start)) return null;
	const verb = VERBS.at(tokens, start);
	return verb && { ...verb, start };
}
