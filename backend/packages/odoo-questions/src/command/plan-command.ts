import type { Answer } from '../contract';
import type { OdooReader } from '../odoo-reader';
import { afterNoun, type Command, notRead, oneAtATime, planned } from './command';
import { planButton } from './plan-button';
import { planArchive, planCreate, planWrite } from './plan-write';
import { targetOf } from './target';

/**
 * Plans the calls that would carry out a command for one record. Only reads, to look up names.
 * @throws {NotUnderstood}
 */
export async function planCommand(odoo: OdooReader, command: Command): Promise<Answer> {
	if (command.verb !== 'set') checkBeforeNoun(command);
	switch (command.verb) {
		case 'create':
			return planCreate(odoo, command);
		case 'set':
		case 'rename':
			return planWrite(odoo, command);
		case 'archive':
		case 'unarchive':
			return planArchive(odoo, command);
		case 'delete': {
			const target = await targetOf(odoo, command, afterNoun(command));
			return planned(`Delete ${target.text}.`, target.model, 'unlink', [[target.id]]);
		}
		default:
			return planButton(odoo, command);
	}
}

/** Refuses words before the noun that it does not know: `the old contact` may not be `the contact`. */
function checkBeforeNoun(command: Command): void {
	const { tokens, start, head } = command;
	const before = tokens.slice(start, head.start);
	if (before.some((token) => EACH.test(token.text))) throw oneAtATime(head.subject);
	const allowed = command.verb === 'create' ? /^(?:a|an|the|new|one|another)$/ : /^(?:the|a|an|this|my|our)$/;
	if (before.some((token) => !allowed.test(token.stem))) throw notRead(command, before);
}

const EACH = /^(?:all|every|each|any|both|\d+)$/i;
