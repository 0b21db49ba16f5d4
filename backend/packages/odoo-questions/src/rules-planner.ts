import type { Answer, Question } from './contract';
import type { OdooReader } from './odoo-reader';
import { answerRequest } from './answer/answer';
import { APPS, missingField } from './vocabulary/apps';
import { verbOf } from './command/verbs';
import { examplesFor } from './vocabulary/examples';
import { headsOf, type Mention, mentionsIn } from './question/mentions';
import { MODEL_WORDS } from './vocabulary/model-words';
import { NotUnderstood } from './text/not-understood';
import { parseQuestion } from './question/parse-question';
import { planCommand } from './command/plan-command';
import type { Reading } from './question/reading';
import type { Request } from './question/request';
import { sayList } from './text/say';
import { IMPLIED, MOVES, ORDERS, SALES, SOLD_LINES, type Subject } from './vocabulary/subjects';
import { type Token, tokenize } from './text/tokenizer';
import { type Vocabulary, vocabularyOf } from './vocabulary/vocabulary';

/**
 * Understands the common questions in English by a grammar of its own, with no outside service. Rejects with what `odoo`
 * rejects with.
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

/**
 * The reading that leaves no word out, with the first noun as what is asked for, or one after it. Sales are of orders;
 * what orders do not tell, such as the product, their lines may.
 */
async function bestRequest(
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
		const isGuess = request.clause.filters.some(({ kind }) => kind === 'quality');
		if (isWhole(request) && !isGuess) return request;
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

const MOST_READINGS = 4;

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

/** What a command is about: the first noun after the verb, unless a field's name comes before it. */
function targetMention(
	tokens: readonly Token[],
	mentions: readonly Mention[],
	implied: Mention | undefined,
	verb: number,
): Mention | undefined {
	const after = mentions.filter(({ start }) => start > verb);
	// `set the company of contact X`: the noun is what comes after the preposition.
	const of = tokens.findIndex(({ stem }, index) => index > verb && /^(?:of|for|on)$/.test(stem));
	return after.find(({ start }) => of >= 0 && start > of) ?? after[0] ?? implied;
}

/** Records that nobody names: `outstanding over $1000` are invoices, `S00012` is an order. */
function impliedHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	for (const start of tokens.keys()) {
		const subject = IMPLIED.at(tokens, start)?.value ?? referred(tokens[start]);
		if (!subject || !models.has(subject.model)) continue;
		return { subject: { ...subject, note: `This was taken for ${subject.plural}.` }, others: [], start, length: 0 };
	}
	return undefined;
}

const REFERENCES: readonly (readonly [RegExp, Subject])[] = [
	[/^S\d+$/, ORDERS],
	[/^R?(?:INV|BILL)\//, MOVES],
];

const referred = (token: Token | undefined): Subject | undefined =>
	token?.kind === 'reference' ? REFERENCES.find(([pattern]) => pattern.test(token.text))?.[1] : undefined;

/** `email of Amelia Hart`: of the contact of that name. */
function contactHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	const at = tokens.findIndex(
		({ stem: word }, index) => /^(?:of|for)$/.test(word) && /^(?:\p{Lu}|["“])/u.test(tokens[index + 1]?.text ?? ''),
	);
	if (at < 1 || !models.has('res.partner')) return undefined;
	const subject: Subject = {
		model: 'res.partner',
		singular: 'contact',
		plural: 'contacts',
		note: 'This was taken for a question about a contact.',
	};
	return { subject, others: [], start: at, length: 1 };
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

const LOW = 'Say how low is low, as in “products with qty_available < 10”.';

const noSubject = (message: string) => {
	const start = message.trim().slice(0, 80);
	return `I did not find out which records “${start}” is about.`;
};

/** Says what was not read, and where a field was meant that is not there, that it is not. */
function notRead({ unknown, clause }: Request, tokens: readonly Token[]): string {
	const isUnknown = (word: string) => unknown.some((each) => each.split(' ').includes(word));
	const missing = tokens.find(({ kind, text }) => kind === 'identifier' && isUnknown(text))?.text;
	const { description, words: known } = clause.vocabulary;
	const lacksStock =
		(isUnknown('stock') || isUnknown('quantity')) &&
		known?.quantity?.every((name) => !description.fields.has(name));
	const field = missing ?? (lacksStock ? known?.quantity?.[0] : undefined);
	if (field !== undefined) return missingField(field, clause.subject);
	const hint = unknown.some((each) => /\d[/.]\d+[/.]\d/.test(each)) ? ' Write days as 2026-04-30.' : '';
	if (isUnknown('low')) return LOW;
	const words = sayList(unknown.map((each) => `“${each}”`));
	return `I did not understand ${words} in a question about ${clause.subject.plural}, and leave nothing out silently.${hint}`;
}
