import type { Answer } from '../contract';
import type { JsonObject } from '../json';
import type { OdooReader } from '../odoo-reader';
import { NotUnderstood } from '../text/not-understood';
import { sayList } from '../text/say';
import { afterNoun, type Command, indexOf, notRead, planned } from './command';
import { TO } from './plan-write';
import { targetOf } from './target';

/** `confirm order S00012`, `reset invoice INV/1 to draft`, `mark opportunity X as won` */
export async function planButton(odoo: OdooReader, command: Command): Promise<Answer> {
	const { head, tokens, verb } = command;
	const { model, plural, singular } = head.subject;
	const to = verb === 'reset' || verb === 'mark' ? indexOf(tokens, afterNoun(command), TO) : tokens.length;
	const as = to < 0 ? undefined : tokens[to + 1]?.stem;
	const isSpoken = verb === 'reset' ? as === 'draft' : verb === 'mark' ? as !== undefined : true;
	const buttons = BUTTONS[model] ?? {};
	const wanted = verb === 'mark' ? as : verb;
	const button = wanted === undefined || !isSpoken ? undefined : buttons[wanted];
	if (!button) {
		const known = Object.keys(buttons);
		const can = known.length > 0 ? ` I can ${sayList(known.map(sayButton), 'or')} them.` : '';
		throw new NotUnderstood(`I do not know how to ${sayButton(verb)} ${plural}.${can}`);
	}
	const rest = tokens.slice(to + 2).filter(({ kind }) => kind !== 'mark');
	if (to < tokens.length && rest.length > 0) throw notRead(command, rest);
	const target = await targetOf(odoo, command, afterNoun(command), to);
	const verbText = wanted === 'won' || wanted === 'lost' ? `Mark as ${wanted}` : sayButton(verb);
	const text = `${verbText.charAt(0).toUpperCase()}${verbText.slice(1)} ${target.text} (${button.method} of the ${singular}).`;
	return planned(text, model, button.method, [[target.id]], button.kwargs);
}

const sayButton = (verb: string) =>
	verb === 'reset' ? 'reset to draft' : verb === 'won' || verb === 'lost' ? `mark as ${verb}` : verb;

interface Method {
	readonly method: string;
	readonly kwargs?: JsonObject;
}

/** Without this context, the method returns a dialog instead of canceling. */
const CANCEL_ORDER: Method = { method: 'action_cancel', kwargs: { context: { disable_cancel_warning: true } } };

/** The methods of the buttons, by model and verb. `reset` means to draft; for `mark as won` the verb is `won`. */
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
