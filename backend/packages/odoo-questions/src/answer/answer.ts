import type { Answer } from '../contract';
import type { Request } from '../question/request';
import { sayList } from '../text/say';
import { isNumeric } from '../vocabulary/fields';
import { answerAggregate, answerCount } from './answer-aggregate';
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
	const by = request.order?.by;
	const about = [
		...(request.measure ? [request.measure] : []),
		...(typeof by === 'object' && isNumeric(by) ? [by] : []),
	];
	const names = about.map(({ name }) => name);
	const resolved = await resolve(context, clause, names);
	const said =
		groups.length > 0
			? await answerGroups(context, request, resolved)
			: intent === 'list'
				? await answerList(context, request, resolved)
				: intent === 'count'
					? await answerCount(context, resolved)
					: await answerAggregate(context, request, resolved, intent);
	const isList = intent === 'list' && groups.length === 0;
	const notes = [
		...resolved.notes,
		...(isList ? [] : stateNotes(resolved)),
		...(await companyNotes(context, request)),
	];
	return answered(said, [...request.notes, ...notes]);
}

/** Says that drafts are included, as they rarely should be. */
function stateNotes({ vocabulary, domain, isUsual }: Resolved): string[] {
	const { anyState } = vocabulary.words ?? {};
	const namesState = domain.some((condition) => Array.isArray(condition) && condition[0] === 'state');
	return anyState === undefined || namesState || !isUsual ? [] : [anyState];
}

/** Says where Odoo tells a field for the user's own company alone. */
async function companyNotes({ odoo }: Resolving, { measure, show }: Request): Promise<string[]> {
	const fields = [...(measure ? [measure] : []), ...show].filter(
		({ name, perCompany }) => perCompany || OF_ONE_COMPANY.has(name),
	);
	if (fields.length === 0 || (await odoo.companies()).length < 2) return [];
	const labels = [...new Set(fields.map(({ label }) => label))];
	return [`Odoo tells ${sayList(labels)} for one company alone, the user's own; other companies may differ.`];
}

/** Computed fields that count one company alone, although Odoo does not say so. */
const OF_ONE_COMPANY: ReadonlySet<string> = new Set(['credit', 'debit', 'total_invoiced']);

const answered = ({ text, records }: Said, notes: readonly string[]): Answer => ({
	kind: 'answered',
	text: [text, ...new Set(notes)].join(' '),
	...(records && { records }),
});
