import type { Match } from '../text/phrase-table';
import { type Field, isNumeric } from '../vocabulary/fields';
import { WITH } from '../vocabulary/grammar-words';
import { SHOW } from '../vocabulary/order-words';
import { filterAt } from './filters';
import type { QuestionParts } from './question-parts';

/** A field to show, before the noun: `email and phone of …` */
export function askedFieldAt(question: QuestionParts, at: number): number {
	const { tokens, head, mentioned } = question;
	const field = ownFieldAt(question, at);
	if (!field || at + field.length > head.start) return 0;
	mentioned.push(field.value);
	return field.length + (/^(?:of|for)$/.test(tokens[at + field.length]?.stem ?? '') ? 1 : 0);
}

/** The field to add up, average or rank by, right after the noun: `average order value` */
export function measureAt(question: QuestionParts, at: number): number {
	const { intents, superlative, mentioned, afterNoun } = question;
	const field = at === afterNoun ? ownFieldAt(question, at) : null;
	const wanted = intents.has('sum') || intents.has('avg') || superlative !== null;
	if (!field || !wanted || !isNumeric(field.value)) return 0;
	mentioned.push(field.value);
	return field.length;
}

/** A field after a name: `phone` in `Acme's phone`, `due` in `when is INV/2026/00001 due`. */
export function ownedFieldAt(question: QuestionParts, at: number): number {
	const { tokens, head, asksWhen } = question;
	const isOwned = at > 0 && /['’]s?$/.test(tokens[at - 1]?.text ?? '');
	const goesOn = question.show.length > 0 && joinsFields(question, at - 1);
	if (!(isOwned || head.isGuess || asksWhen || goesOn) || at <= head.start) return 0;
	const field = ownFieldAt(question, at);
	if (!field) return 0;
	question.show.push(field.value);
	return field.length;
}

/** `with their email and phone`; several fields after a plain `with` are shown, too. */
export function shownAt(question: QuestionParts, at: number): number {
	const { tokens, vocabulary, notes } = question;
	const plain = WITH.at(tokens, at);
	const show = SHOW.at(tokens, at) ?? (plain && listsFields(question, at + plain.length) ? plain : null);
	if (!show) return 0;
	if (show === plain) notes.push('The fields after “with” are shown; records without them are listed as well.');
	let next = at + show.length;
	for (;;) {
		const field = ownFieldAt(question, next);
		if (!field) break;
		question.show.push(field.value);
		next += field.length;
		if (!joinsFields(question, next) || !vocabulary.fields.at(tokens, next + 1)) break;
		next += 1;
	}
	return next > at + show.length ? next - at : 0;
}

/** Whether two fields or more follow, and neither has a value. */
function listsFields(question: QuestionParts, at: number): boolean {
	const { tokens, vocabulary } = question;
	const first = vocabulary.fields.at(tokens, at);
	if (!first || !joinsFields(question, at + first.length) || saysMore(question, at)) return false;
	const second = at + first.length + 1;
	return vocabulary.fields.at(tokens, second) !== null && !saysMore(question, second);
}

const joinsFields = ({ tokens }: QuestionParts, at: number) => /^(?:and|,)$/.test(tokens[at]?.text.toLowerCase() ?? '');

/** Whether a field has a value, as in `amount over 500`. */
const saysMore = ({ reading, vocabulary }: QuestionParts, at: number) => filterAt(reading, at, vocabulary) !== null;

/** A field of the record itself, not of related records. */
function ownFieldAt({ tokens, vocabulary }: QuestionParts, at: number): Match<Field> | null {
	const field = vocabulary.fields.at(tokens, at);
	return field && field.value.type !== 'one2many' && !field.value.name.includes('.') ? field : null;
}
