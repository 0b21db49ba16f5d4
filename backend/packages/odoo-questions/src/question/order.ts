import type { FieldDescription } from '../odoo-reader';
import type { Match } from '../text/phrase-table';
import { isNumeric } from '../vocabulary/fields';
import { WITH } from '../vocabulary/grammar-words';
import {
	DIRECTIONS,
	FIRST,
	LIMIT,
	MOST,
	SOLD_MOST,
	SORT,
	type Superlative,
	SUPERLATIVES,
} from '../vocabulary/order-words';
import { SALES } from '../vocabulary/subjects';
import { clauseAt } from './filters';
import { numberAt } from './numbers';
import { type QuestionParts, SOLD_MODELS } from './question-parts';

const NO_SUPERLATIVE: Superlative = { by: 'none', descending: true, single: false };

/** `largest`, `newest`, `top` */
export function superlativeAt(question: QuestionParts, at: number): number {
	const superlative = SUPERLATIVES.at(question.tokens, at);
	if (!superlative || question.superlative) return 0;
	question.superlative = superlative.value;
	return superlative.length;
}

/** `sorted by date`, `newest first` */
export function sortAt(question: QuestionParts, at: number): number {
	const { tokens } = question;
	if (question.order) return 0;
	const first = FIRST.at(tokens, at);
	if (first) {
		question.order = first.value;
		return first.length;
	}
	const sort = SORT.at(tokens, at);
	const field = sort && fieldOrMeasureAt(question, at + sort.length);
	if (!field) return 0;
	const length = sort.length + field.length;
	const direction = DIRECTIONS.at(tokens, at + length);
	question.order = { by: field.value, descending: direction?.value ?? false };
	return length + (direction?.length ?? 0);
}

/** `with the highest price`, `with the most orders`, `that sell best` */
export function mostAt(question: QuestionParts, at: number): number {
	const { tokens, reading } = question;
	if (question.order || question.rank) return 0;
	const sold = SOLD_MODELS.has(question.head.subject.model) ? SOLD_MOST.at(tokens, at) : null;
	const sales = sold && reading.vocabulary(SALES.model);
	if (sold && sales) {
		question.rankBy({ subject: SALES, vocabulary: sales, filters: [] }, sold.value);
		return sold.length;
	}
	const opening = WITH.at(tokens, at);
	const most = opening && MOST.at(tokens, at + opening.length);
	if (!most) return 0;
	const length = opening.length + most.length;
	const field = fieldOrMeasureAt(question, at + length);
	if (field && (typeof field.value === 'string' || field.value.type !== 'one2many')) {
		question.orderBy(field.value, most.value);
		return length + field.length;
	}
	const clause = clauseAt(reading, at + length);
	if (!clause) return 0;
	question.rankBy(clause.value, most.value);
	return length + clause.length;
}

/** What a superlative is measured by, after `by`: `revenue` in `top 5 customers by revenue` */
export function measuredBy(question: QuestionParts, at: number): number {
	const { tokens, superlative } = question;
	if (!superlative) return 0;
	const field = fieldOrMeasureAt(question, at);
	if (field && (typeof field.value === 'string' || isNumeric(field.value))) {
		question.orderBy(field.value, superlative.descending);
		question.superlative = NO_SUPERLATIVE;
		return field.length;
	}
	const number = /^(?:number|count)$/.test(tokens[at]?.stem ?? '') && tokens[at + 1]?.stem === 'of' ? 2 : 0;
	const clause = clauseAt(question.reading, at + number);
	if (!clause) return 0;
	question.rankBy(clause.value, superlative.descending);
	question.superlative = NO_SUPERLATIVE;
	return number + clause.length;
}

/** `limited to 20` */
export function limitAt(question: QuestionParts, at: number): number {
	const limit = LIMIT.at(question.tokens, at);
	const number = limit && plainNumberAt(question, at + limit.length);
	if (!number || question.limit !== null) return 0;
	question.limit = number.value;
	return limit.length + number.length;
}

/** A number without a unit: how many records are asked for. */
export function plainNumberAt({ tokens }: QuestionParts, at: number): Match<number> | null {
	const number = numberAt(tokens, at);
	return number && number.value.unit === undefined ? { value: number.value.value, length: number.length } : null;
}

/** A field; or “amount” and “date”, which stand for the model's usual ones. */
function fieldOrMeasureAt(
	{ tokens, vocabulary }: QuestionParts,
	at: number,
): Match<FieldDescription | 'amount' | 'date'> | null {
	const field = vocabulary.fields.at(tokens, at);
	if (field) return field;
	const word = tokens[at]?.stem;
	if (word === 'amount' || word === 'value' || word === 'total') return { value: 'amount', length: 1 };
	return word === 'date' ? { value: 'date', length: 1 } : null;
}
