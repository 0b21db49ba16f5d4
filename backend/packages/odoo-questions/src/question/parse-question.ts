import { UNITS } from '../dates/calendar';
import { dateRangeAt } from '../dates/date-ranges';
import { yearAt } from '../dates/periods';
import { textOf, tokenize } from '../text/tokenizer';
import { AND, FILLERS, LOCATION, NO_NOUNS, NOT, WHEN } from '../vocabulary/grammar-words';
import { INTENTS, REPORT } from '../vocabulary/intents';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { alternativeAt, filterAsAfter } from './alternatives';
import { filterAt, stateAt } from './filters';
import { groupAt } from './groups';
import { lateAt } from './late';
import type { Mention } from './mentions';
import { skipArticles } from './name-at';
import { limitAt, mostAt, plainNumberAt, sortAt, superlativeAt } from './order';
import { QuestionParts } from './question-parts';
import type { Reading } from './reading';
import type { Filter, Request } from './request';
import { askedFieldAt, measureAt, ownedFieldAt, shownAt } from './shown-fields';

/** The most words of a name that is guessed. */
const MOST_WORDS = 5;

/**
 * Parses a question about the noun `head`: first what stands before it, then what stands after it. Each rule reads at
 * one token and returns how many tokens it consumed, 0 where it does not apply; the order of the rules decides.
 */
export function parseQuestion(reading: Reading, head: Mention, vocabulary: Vocabulary): Request {
	const question = new QuestionParts(reading, head, vocabulary);
	readBefore(question);
	readAfter(question);
	return question.request();
}

/** `show me the 5 largest unpaid …`, `what is the average price of …` */
function readBefore(question: QuestionParts): void {
	const end = question.head.start;
	let at = 0;
	while (at < end) at += openingAt(question, at) || qualityAt(question, at) || unreadAt(question, at);
	takeUnread(question, end);
}

/** `… of Acme over $500 this month by salesperson sorted by date` */
function readAfter(question: QuestionParts): void {
	const { tokens } = question;
	let at = question.afterNoun;
	while (at < tokens.length) at += clauseWordAt(question, at) || unreadAt(question, at);
	// A word after “are”, as in `that are qualified`, may be the name of a stage.
	const last = question.unknown.at(-1);
	if (last && /^(?:is|are)$/.test(tokens[last.start - 1]?.stem ?? '')) takeUnread(question, last.end);
}

/** Takes the unknown words that end at `end` for the name of a stage or a tag. */
function takeUnread({ tokens, unknown, filters, head }: QuestionParts, end: number): void {
	const last = unknown.at(-1);
	// In `how much does Acme still owe us`, the name may stand before words that change nothing.
	const isBefore = last?.end === end || (head.subject.isOfParty && end === head.start);
	if (!last || !isBefore || head.isGuess) return;
	const words = tokens.slice(last.start, last.end);
	const isName = words.every(({ kind, text }) => kind === 'word' || kind === 'quoted' || text === '&');
	if (words.length > MOST_WORDS || !isName || NO_NOUNS.at(tokens, last.start)) return;
	unknown.pop();
	const name = textOf(words, 0, words.length);
	const { isOfParty } = head.subject;
	filters.push(isOfParty ? { kind: 'name', preposition: 'of', name } : { kind: 'quality', name });
}

/** What a question begins with: `how many`, `when was`, `where is`. */
const openingAt = (question: QuestionParts, at: number): number =>
	whenAt(question, at) || whereAt(question, at) || intentAt(question, at);

/** The rules for what may stand before the noun. */
const qualityAt = (question: QuestionParts, at: number): number =>
	lateBeforeAt(question, at) ||
	stateBeforeAt(question, at) ||
	dateBeforeAt(question, at) ||
	superlativeAt(question, at) ||
	bareYearAt(question, at) ||
	countAt(question, at) ||
	reportUnitAt(question, at) ||
	partyNounAt(question, at) ||
	askedFieldAt(question, at) ||
	alternativeAt(question, at) ||
	joinAt(question, at) ||
	skipAt(question, at);

/** The rules for what may stand after the noun. */
const clauseWordAt = (question: QuestionParts, at: number): number =>
	(question.asksWhen ? ownedFieldAt(question, at) : 0) ||
	sortAt(question, at) ||
	mostAt(question, at) ||
	shownAt(question, at) ||
	groupAt(question, at) ||
	limitAt(question, at) ||
	documentAt(question, at) ||
	alternativeAt(question, at) ||
	question.add(filterAt(question.reading, at, question.vocabulary)) ||
	measureAt(question, at) ||
	ownedFieldAt(question, at) ||
	partyNounAt(question, at) ||
	reportAt(question, at) ||
	bareYearAt(question, at) ||
	nameAfterNoun(question, at) ||
	joinAt(question, at) ||
	(question.tokens[at]?.stem === 'of' ? 0 : skipAt(question, at));

function intentAt(question: QuestionParts, at: number): number {
	const intent = INTENTS.at(question.tokens, at);
	if (!intent) return 0;
	if (REPORT.at(question.tokens, at)) question.isReport = true;
	question.intents.add(intent.value);
	return intent.length;
}

/** `when was S00012 ordered` */
function whenAt(question: QuestionParts, at: number): number {
	const when = WHEN.at(question.tokens, at);
	if (when) question.asksWhen = true;
	return when?.length ?? 0;
}

/** `where is Acme` */
function whereAt(question: QuestionParts, at: number): number {
	const where = LOCATION.at(question.tokens, at);
	const address = where && question.vocabulary.fields.at(tokenize('address'), 0);
	if (!where || !address?.value.parts) return 0;
	question.show.push(address.value);
	return where.length;
}

/** `30 days overdue` */
function lateBeforeAt(question: QuestionParts, at: number): number {
	const late = lateAt(question.reading, at, question.vocabulary);
	return late && at + late.length <= question.head.start ? question.add(late) : 0;
}

/** “Customers” in `what do our customers owe us`, and “vendor” in `what do we owe vendor Acme`. */
function partyNounAt({ head, tokens, reading }: QuestionParts, at: number): number {
	if (!head.subject.isOfParty || at === head.start) return 0;
	const mention = reading.mentions.find(({ start, subject }) => start === at && subject.model === 'res.partner');
	return mention?.length ?? (/^(?:money|everyone|everybody|all)$/.test(tokens[at]?.stem ?? '') ? 1 : 0);
}

/** The document that lines belong to: `in S00012`, `of invoice INV/2026/00001`, `on the order S00012`. */
function documentAt(question: QuestionParts, at: number): number {
	const { tokens, vocabulary, reading } = question;
	const field = vocabulary.field([vocabulary.words?.document ?? '']);
	if (!field) return 0;
	const noun = skipArticles(tokens, at + (/^(?:in|of|on|for|from|at)$/.test(tokens[at]?.stem ?? '') ? 1 : 0));
	const start = noun + (reading.mentions.find((mention) => mention.start === noun)?.length ?? 0);
	const token = tokens[start];
	if (token?.kind !== 'reference' && token?.kind !== 'quoted') return 0;
	const filter: Filter = { kind: 'name', preposition: 'field', name: token.text, field };
	return question.add({ value: filter, length: start + 1 - at });
}

/** `unpaid`, `not paid` */
function stateBeforeAt(question: QuestionParts, at: number): number {
	const { tokens, reading, vocabulary } = question;
	const whole = stateAt(reading, at, vocabulary);
	const negation = whole ? null : NOT.at(tokens, at);
	const state = whole ?? stateAt(reading, at + (negation?.length ?? 0), vocabulary);
	// “Due” is a state, but `due date of …` names the field.
	if (state && (vocabulary.fields.at(tokens, at)?.length ?? 0) > state.length) return 0;
	if (!state || !negation) return question.add(state);
	return question.add({ value: { kind: 'not', of: state.value }, length: negation.length + state.length });
}

function dateBeforeAt(question: QuestionParts, at: number): number {
	const { tokens, reading, head } = question;
	const range = dateRangeAt(tokens, at, reading.now);
	return range && at + range.length <= head.start ? question.addDate(range) : 0;
}

/** `2025 invoices`, `sales 2025`: taken for a year, as nobody asks for so many records. */
const bareYearAt = (question: QuestionParts, at: number) => question.addDate(yearAt(question.tokens, at));

/** `5 largest` */
function countAt(question: QuestionParts, at: number): number {
	const number = plainNumberAt(question, at);
	if (!number || at + number.length > question.head.start || question.limit !== null) return 0;
	question.limit = number.value;
	return number.length;
}

/** `daily` before a report: the period that it covers. */
function reportUnitAt(question: QuestionParts, at: number): number {
	const { tokens, reading } = question;
	const unit = UNITS.at(tokens, at);
	if (!unit || tokens[at]?.stem === unit.value) return 0;
	const range = dateRangeAt(tokenize(unit.value === 'day' ? 'today' : `this ${unit.value}`), 0, reading.now);
	if (!range) return 0;
	question.reportUnit = { kind: 'date', range: range.value };
	return unit.length;
}

function reportAt(question: QuestionParts, at: number): number {
	const { tokens, afterNoun } = question;
	const isList = at === afterNoun && tokens[at]?.text.toLowerCase() === 'list';
	const length = isList ? 1 : (REPORT.at(tokens, at)?.length ?? 0);
	if (length === 0) return 0;
	question.isReport = true;
	question.intents.add('list');
	return length;
}

/** `order S00012`, `customer "Acme"`, `product Oak Desk` */
function nameAfterNoun(question: QuestionParts, at: number): number {
	const token = at === question.afterNoun ? question.tokens[at] : undefined;
	const { isGuess, subject } = question.head;
	const isName = token?.kind === 'quoted' || token?.kind === 'reference' || /^\p{Lu}/u.test(token?.text ?? '');
	if (!token || !(isGuess || isName)) return 0;
	return question.add(filterAsAfter(subject.isOfParty ? 'of' : 'named', question, at));
}

function joinAt({ tokens }: QuestionParts, at: number): number {
	if (/^(?:[,.?!;:()#-]|but)$/i.test(tokens[at]?.text ?? '')) return 1;
	return AND.at(tokens, at)?.length ?? 0;
}

function skipAt({ tokens, head }: QuestionParts, at: number): number {
	if (at < head.start && /^(?:only|just)$/.test(tokens[at]?.stem ?? '')) return 1;
	return FILLERS.at(tokens, at)?.length ?? 0;
}

function unreadAt({ tokens, unknown }: QuestionParts, at: number): number {
	const length = NO_NOUNS.at(tokens, at)?.length ?? 1;
	const last = unknown.at(-1);
	if (last?.end === at) last.end = at + length;
	else unknown.push({ start: at, end: at + length });
	return length;
}
