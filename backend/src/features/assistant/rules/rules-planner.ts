import { OdooError } from '../../../odoo/errors';
import type { Answer, Planner, ReadingOdoo } from '../planner';
import { answerRequest } from './answer';
import { examplesFor } from './examples';
import type { Reading } from './filters';
import { IMPLY_INVOICES } from './grammar-words';
import { APPS, INVOICES, MODEL_WORDS, SALES, SOLD_LINES, type Subject } from './lexicon';
import { headOf, type Mention, mentionsIn } from './mentions';
import { NotUnderstood } from './not-understood';
import { parseQuestion } from './parse-question';
import type { Request } from './request';
import { missingField } from './resolve';
import { sayList } from './say';
import { type Token, tokenize } from './tokenizer';
import { type Vocabulary, vocabularyOf } from './vocabulary';

/** Understands the common questions in English by a grammar of its own, with no outside service. */
export const rulesPlanner: Planner = {
	name: 'rules',
	async answer({ message, now }, odoo) {
		try {
			return await answerQuestion(message, now, odoo);
		} catch (error) {
			if (!(error instanceof NotUnderstood)) throw error;
			return { kind: 'not_understood', text: error.message };
		}
	},
};

async function answerQuestion(message: string, now: Date, odoo: ReadingOdoo): Promise<Answer> {
	const tokens = tokenize(message);
	const models = await modelsOf(odoo);
	const mentions = mentionsIn(tokens, models);
	const head = headOf(mentions, tokens) ?? impliedHead(tokens, models);
	if (!head) throw new NotUnderstood(`${noSubject(message)} ${await examplesFor(odoo, models)}`);
	checkModel(head, models);
	const vocabularies = new Map<string, Vocabulary>();
	const vocabulary = async (model: string): Promise<Vocabulary> => {
		const known = vocabularies.get(model);
		if (known) return known;
		const made = vocabularyOf(await odoo.describe(model), now);
		vocabularies.set(model, made);
		return made;
	};
	for (const model of new Set([head, ...mentions].map(({ subject }) => subject.model))) {
		if (models.has(model)) await vocabulary(model);
	}
	if (models.has(SALES.model)) await vocabulary(SALES.model);
	const reading: Reading = { tokens, now, mentions, vocabulary: (model) => vocabularies.get(model) };
	const request = await bestRequest(reading, head, vocabulary, models);
	if (request.unknown.length > 0) {
		throw new NotUnderstood(`${notRead(request, tokens)} ${await examplesFor(odoo, models)}`);
	}
	return answerRequest({ odoo, now, vocabulary }, request);
}

/** Sales are of orders; what orders do not tell, such as the product, their lines may. */
async function bestRequest(
	reading: Reading,
	head: Mention,
	vocabulary: (model: string) => Promise<Vocabulary>,
	models: ReadonlyMap<string, string>,
): Promise<Request> {
	const request = parseQuestion(reading, head, await vocabulary(head.subject.model));
	if (request.unknown.length === 0 || head.subject !== SALES || !models.has(SOLD_LINES.model)) return request;
	const lines = { ...head, subject: SOLD_LINES };
	const other = parseQuestion(reading, lines, await vocabulary(SOLD_LINES.model));
	return other.unknown.length === 0 ? other : request;
}

/** The models of this Odoo; those that there are words for where the user may not see the list. */
async function modelsOf(odoo: ReadingOdoo): Promise<ReadonlyMap<string, string>> {
	try {
		return await odoo.models();
	} catch (error) {
		if (!(error instanceof OdooError && error.kind === 'access_denied')) throw error;
		return new Map([...MODEL_WORDS.keys()].map((model) => [model, model]));
	}
}

/** `outstanding over $1000`: invoices, though nobody says so. */
function impliedHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	const at = tokens.findIndex((_token, index) => IMPLY_INVOICES.at(tokens, index) !== null);
	if (at < 0 || !models.has(INVOICES.model)) return undefined;
	const subject: Subject = { ...INVOICES, note: 'This was taken for customer invoices.' };
	return { subject, others: [], start: at, length: 0 };
}

function checkModel({ subject, others }: Mention, models: ReadonlyMap<string, string>): void {
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

const noSubject = (message: string) => {
	const start = message.trim().slice(0, 80);
	return `I did not find out which records “${start}” is about.`;
};

/** Says what was not read, and where a field was meant that is not there, that it is not. */
function notRead({ unknown, clause }: Request, tokens: readonly Token[]): string {
	const missing = tokens.find(
		({ kind, text }) => kind === 'identifier' && unknown.some((each) => each.split(' ').includes(text)),
	);
	if (missing) return missingField(missing.text, clause.subject);
	const words = sayList(unknown.map((each) => `“${each}”`));
	return `I did not understand ${words} in a question about ${clause.subject.plural}, and leave nothing out silently.`;
}
