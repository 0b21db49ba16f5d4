import { answerRequest } from './answer/answer';
import { planCommand } from './command/plan-command';
import { verbOf } from './command/verbs';
import type { Answer, Question } from './contract';
import type { OdooReader } from './odoo-reader';
import { bestRequest, checkModel } from './question/best-request';
import { contactHead, headsOf, impliedHead, targetMention } from './question/heads';
import { mentionsIn } from './question/mentions';
import type { Reading } from './question/reading';
import { notRead } from './question/unread';
import { NotUnderstood } from './text/not-understood';
import { tokenize } from './text/tokenizer';
import { examplesFor } from './vocabulary/examples';
import { MODEL_WORDS } from './vocabulary/model-words';
import { SALES } from './vocabulary/subjects';
import { type Vocabulary, vocabularyOf } from './vocabulary/vocabulary';

/**
 * Understands the common questions in English by a grammar of its own, with no outside service. Rejects with what
 * `odoo` rejects with.
 */
export const rulesPlanner = {
	name: 'rules',
	async answer({ message, now }: Question, odoo: OdooReader): Promise<Answer> {
		try {
			return await answerQuestion(message, now, odoo);
		} catch (error) {
			if (!(error instanceof NotUnderstood)) throw error;
			return { kind: 'not_understood', text: error.message };
		}
	},
} as const;

async function answerQuestion(message: string, now: Date, odoo: OdooReader): Promise<Answer> {
	const tokens = tokenize(message);
	const models = await modelsOf(odoo);
	const mentions = mentionsIn(tokens, models);
	const implied = impliedHead(tokens, models) ?? contactHead(tokens, models);
	const found = headsOf(mentions, tokens);
	const heads = found.length > 0 ? found : implied ? [implied] : [];
	const verb = verbOf(tokens);
	const head = verb ? targetMention(tokens, mentions, implied, verb.start) : heads[0];
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
	if (verb) {
		const start = verb.start + verb.length;
		return planCommand(odoo, {
			message,
			tokens,
			verb: verb.value,
			start,
			head,
			vocabulary: await vocabulary(head.subject.model),
			now,
		});
	}
	const reading: Reading = { tokens, now, mentions, vocabulary: (model) => vocabularies.get(model) };
	const request = await bestRequest(reading, heads, models, vocabulary);
	if (request.unknown.length > 0) {
		throw new NotUnderstood(`${notRead(request, tokens)} ${await examplesFor(odoo, models)}`);
	}
	if (request.conflict !== null) throw new NotUnderstood(request.conflict);
	return answerRequest({ odoo, now, vocabulary }, request);
}

/** The models of this Odoo; those that there are words for where the user may not see the list. */
async function modelsOf(odoo: OdooReader): Promise<ReadonlyMap<string, string>> {
	try {
		return await odoo.models();
	} catch (error) {
		if (!isDenied(error)) throw error;
		return new Map([...MODEL_WORDS.keys()].map((model) => [model, model]));
	}
}

const isDenied = (error: unknown) => error instanceof Error && 'kind' in error && error.kind === 'access_denied';

const noSubject = (message: string) => {
	const start = message.trim().slice(0, 80);
	return `I did not find out which records “${start}” is about.`;
};
