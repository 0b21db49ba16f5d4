import type { JsonObject } from '../json';
import { INTENTS, LEADING } from '../vocabulary/grammar-words';
import { type Match, phraseTable } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';

/** What a wish begins with. */
export type Verb = 'create' | 'set' | 'rename' | 'archive' | 'unarchive' | 'delete' | Button;

/** Buttons of Odoo's screens; which models have them, and under which name, {@link BUTTONS} says. */
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

/** The verb in the imperative that a message begins with, and where it is; a question has none. */
export function verbOf(tokens: readonly Token[]): (Match<Verb> & { readonly start: number }) | null {
	let start = 0;
	for (let polite = LEADING.at(tokens, start); polite; polite = LEADING.at(tokens, start)) start += polite.length;
	const word = tokens[start];
	// `posts` and `orders confirmed` are no commands; `add up` wants a sum.
	if (!word || word.text.toLowerCase() !== word.stem || INTENTS.at(tokens, start)) return null;
	const verb = VERBS.at(tokens, start);
	return verb && { ...verb, start };
}

interface Method {
	readonly method: string;
	readonly kwargs?: JsonObject;
}

/** Answers with what it would ask in a dialog, unless it is told not to. */
const CANCEL_ORDER: Method = { method: 'action_cancel', kwargs: { context: { disable_cancel_warning: true } } };

/** The methods behind the buttons, by model; `reset` is to draft, and `mark` says as what. */
export const BUTTONS: Readonly<Record<string, Readonly<Record<string, Method>>>> = {
	'sale.order': {
		confirm: { method: 'action_confirm' },
		cancel: CANCEL_ORDER,
		reset: { method: 'action_draft' },
	},
	'account.move': {
		confirm: { method: 'action_post' },
		post: { method: 'action_post' },
		validate: { method: 'action_post' },
		cancel: { method: 'button_cancel' },
		reset: { method: 'button_draft' },
	},
	'account.payment': {
		confirm: { method: 'action_post' },
		post: { method: 'action_post' },
		cancel: { method: 'action_cancel' },
		reset: { method: 'action_draft' },
	},
	'purchase.order': {
		confirm: { method: 'button_confirm' },
		approve: { method: 'button_approve' },
		cancel: { method: 'button_cancel' },
		reset: { method: 'button_draft' },
	},
	'crm.lead': {
		won: { method: 'action_set_won' },
		lost: { method: 'action_set_lost' },
	},
};
