import type { Answer } from '../contract';
import type { Request } from '../question/request';
import { describe, sayCount } from '../text/say';
import { answerAggregate } from './answer-aggregate';
import { answerGroups } from './answer-groups';
import { answerList } from './answer-list';
import { answerRank } from './answer-rank';
import { resolve } from './resolve';
import type { Resolved, Resolving } from './resolved';
import type { Said } from './said';

/**
 * Runs the queries that answer a request.
 * @throws {NotUnderstood}
 */
export async function answerRequest(context: Resolving, request: Request): Promise<Answer> {
	const { rank, intent, groups, clause } = request;
	if (rank) return answered(await answerRank(context, request, rank), request.notes);
	const resolved = await resolve(context, clause);
	const { odoo } = context;
	const said =
		groups.length > 0
			? await answerGroups(odoo, request, resolved)
			: intent === 'list'
				? await answerList(odoo, request, resolved)
				: intent === 'count'
					? {
							text: `${sayCount(await odoo.count(clause.subject.model, resolved.domain), clause.subject)}${describe(resolved)}.`,
						}
					: await answerAggregate(odoo, request, resolved, intent);
	const isList = intent === 'list' && groups.length === 0;
	return answered(said, [...request.notes, ...resolved.notes, ...(isList ? [] : stateNotes(resolved))]);
}

/** Says that drafts are included, as they rarely should be. */
function stateNotes({ vocabulary, domain }: Resolved): string[] {
	const { anyState } = vocabulary.words ?? {};
	const namesState = domain.some((condition) => Array.isArray(condition) && condition[0] === 'state');
	return anyState === undefined || namesState ? [] : [anyState];
}

const answered = ({ text, records }: Said, notes: readonly string[]): Answer => ({
	kind: 'answered',
	text: [text, ...new Set(notes)].join(' '),
	...(records && { records }),
});
