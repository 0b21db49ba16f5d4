import { answerRequest } from './answer/answer';
import type { Resolving } from './answer/resolved';
import { planCommand } from './command/plan-command';
import { verbOf } from './command/verbs';
import type { Answer, Question } from './contract';
import type { OdooReader } from './odoo-reader';
import { bestRequest, checkModel, isCertain } from './question/best-request';
import { contactHead, guessedHeads, headsOf, namesSomeone, targetMention } from './question/heads';
import { type Mention, mentionsIn } from './question/mentions';
import { parseQuestion } from './question/parse-question';
import type { Reading } from './question/reading';
import { notRead } from './question/unread';
import { NotUnderstood } from './text/not-understood';
import { tokenize } from './text/tokenizer';
import { examplesFor } from './vocabulary/examples';
import { MODEL_WORDS } from './vocabulary/model-words';
import { OWING } from './vocabulary/owing';
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
	const heads = headsOf(mentions, tokens, models);
	const guesses = guessedHeads(tokens, models);
	const verb = verbOf(tokens);
	const [first] = heads;
	const head = verb
		? targetMention(tokens, mentions, first ?? contactHead(tokens, models), verb.start)
		: (first ?? guesses[0]);
	if (!head) throw new NotUnderstood(`${noSubject(message)} ${await examplesFor(odoo, models)}`);
	if (first || verb) checkModel(head, models);
	const vocabularies = new Map<string, Vocabulary>();
	const vocabulary = async (model: string): Promise<Vocabulary> => {
		const known = vocabularies.get(model);
		if (known) return known;
		const made = vocabularyOf(await odoo.describe(model), now);
		vocabularies.set(model, made);
		return made;
	};
	const owing = tokens.flatMap((_token, at) => OWING.at(tokens, at)?.value ?? []);
	for (const { model } of [head.subject, ...mentions.map(({ subject }) => subject), SALES, ...owing]) {
		if (models.has(model)) await vocabulary(model);
	}
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
	const context: Resolving = { odoo, now, vocabulary };
	const best = first && (await bestRequest(reading, heads, models, vocabulary));
	const answer = best && isCertain(best) ? await answerRequest(context, best) : null;
	if (answer && !isEmpty(answer)) return answer;
	// “Salesperson of Acme” may be a field of a contact, where there are no such salespeople.
	const guessed = await answerGuess(context, reading, guesses);
	if (answer) return guessed?.isFound ? guessed.answer : answer;
	if (guessed && (guessed.isFound || (!best && namesSomeone(tokens)))) return guessed.answer;
	const request = best ?? parseQuestion(reading, head, await vocabulary(head.subject.model));
	if (!best && !namesSomeone(tokens)) {
		throw new NotUnderstood(`${noSubject(message)} ${await examplesFor(odoo, models)}`);
	}
	if (request.unknown.length > 0) {
		throw new NotUnderstood(`${notRead(request, tokens)} ${await examplesFor(odoo, models)}`);
	}
	if (request.conflict !== null) throw new NotUnderstood(request.conflict);
	return answerRequest(context, request);
}

/** The answer for a name without a noun: the first that finds a record of that name, else the first of all. */
async function answerGuess(context: Resolving, reading: Reading, guesses: readonly Mention[]) {
	let first: { answer: Answer; isFound: boolean } | null = null;
	for (const guess of guesses) {
		const request = parseQuestion(reading, guess, await context.vocabulary(guess.subject.model));
		if (!isCertain(request) || request.show.length === 0) continue;
		const answer = await answerRequest(context, request).catch(onlyNotUnderstood);
		if (!answer) continue;
		if (!isEmpty(answer)) return { answer, isFound: true };
		first ??= { answer, isFound: false };
	}
	return first;
}

const isEmpty = (answer: Answer) => answer.kind === 'answered' && answer.records?.length === 0;

/** For guesses, which may be wrong: there may be another one. */
function onlyNotUnderstood(error: unknown): null {
	if (error instanceof NotUnderstood) return null;
	throw error;
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
