import { NotUnderstood } from '../text/not-understood';
import { sayList } from '../text/say';
import { APPS } from '../vocabulary/apps';
import { MODEL_WORDS } from '../vocabulary/model-words';
import { SALES, SOLD_LINES } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { Mention } from './mentions';
import { parseQuestion } from './parse-question';
import type { Reading } from './reading';
import type { Request } from './request';

/**
 * Parses the question once for each noun that it may be about, and takes the first result that consumes every word; one
 * that had to guess at a name only where there is no other. “Sales” are tried as orders, then as the lines of orders, which
 * know the product.
 */
export async function bestRequest(
	reading: Reading,
	heads: readonly Mention[],
	models: ReadonlyMap<string, string>,
	vocabulary: (model: string) => Promise<Vocabulary>,
): Promise<Request> {
	const candidates = heads
		.flatMap((head) => (head.subject === SALES ? [head, { ...head, subject: SOLD_LINES }] : [head]))
		.filter(({ subject }) => models.has(subject.model))
		.slice(0, MOST_READINGS);
	const requests: Request[] = [];
	for (const head of candidates) {
		const request = parseQuestion(reading, head, await vocabulary(head.subject.model));
		if (isCertain(request)) return request;
		requests.push(request);
	}
	const whole = requests.find(isWhole);
	const absent = heads.find(({ subject }) => !models.has(subject.model));
	if (absent) checkModel(absent, models);
	const [first] = requests;
	if (!first) throw new NotUnderstood('There is nothing to ask about.');
	return whole ?? first;
}

const isWhole = ({ unknown, conflict }: Request) => unknown.length === 0 && conflict === null;

/** Whether every word was consumed, and none was guessed to be a name. */
export const isCertain = (request: Request) =>
	isWhole(request) && !request.clause.filters.some(({ kind }) => kind === 'quality');

/** How many nouns are tried. */
const MOST_READINGS = 6;

/** @throws {NotUnderstood} where this Odoo lacks the noun's model, or has several that the noun may mean. */
export function checkModel({ subject, others }: Mention, models: ReadonlyMap<string, string>): void {
	const { model, plural } = subject;
	if (!models.has(model)) {
		const app = MODEL_WORDS.get(model)?.app ?? APPS[model];
		const from =
			app === undefined ? '' : ` They come with the app ${app}, which is not installed, or not for this user.`;
		throw new NotUnderstood(`There are no ${plural} in this Odoo (model ${model}).${from}`);
	}
	if (others.length > 0) {
		throw new NotUnderstood(
			`“${plural}” could be any of ${sayList([model, ...others], 'or')}. Name the one that you mean in this way.`,
		);
	}
}
