import type { FieldDescription } from '../planner';
import { dateRangeAt } from './date-ranges';
import { clauseAt, filterAt, stateAt } from './filters';
import {
	AND,
	BY,
	DIRECTIONS,
	FILLERS,
	FIRST,
	GROUP,
	INTENTS,
	LIMIT,
	MOST,
	NO_NOUNS,
	NOT,
	OR,
	REPORT,
	SHOW,
	SOLD_MOST,
	SORT,
	SUPERLATIVES,
	type Superlative,
	WITH,
} from './grammar-words';
import { notFilter, orFilter } from './make-filters';
import type { Mention } from './mentions';
import { numberAt } from './numbers';
import { UNITS, yearAt } from './periods';
import { QuestionParts, SOLD_MODELS } from './question-parts';
import type { Reading } from './reading';
import type { Filter, Request } from './request';
import { isKept } from './resolve';
import { isNumeric } from './say';
import { SALES } from './subjects';
import { textOf } from './tokenizer';
import type { Vocabulary } from './vocabulary';

const NO_SUPERLATIVE: Superlative = { by: 'none', descending: true, single: false };

/** Of a name before the noun. */
const MOST_WORDS = 5;

/** Reads a question about the records of `head`: what stands before the noun, then what stands after it. */
export function parseQuestion(reading: Reading, head: Mention, vocabulary: Vocabulary): Request {
	const parser = new QuestionParser(reading, head, vocabulary);
	parser.before();
	parser.after();
	return parser.request();
}

class QuestionParser {
	private readonly question: QuestionParts;

	constructor(
		private readonly reading: Reading,
		private readonly head: Mention,
		private readonly vocabulary: Vocabulary,
	) {
		this.question = new QuestionParts(reading, head, vocabulary);
	}

	private get tokens() {
		return this.reading.tokens;
	}

	/** `show me the 5 largest unpaid …`, `what is the average price of …` */
	before(): void {
		let at = 0;
		const end = this.head.start;
		while (at < end) at += this.intentAt(at) || this.qualityAt(at, end) || this.unreadAt(at);
		this.takeUnread(end);
	}

	/** What stands before the noun and is no word of the grammar may be a stage or a tag. */
	private takeUnread(end: number): void {
		const last = this.question.unknown.at(-1);
		if (last?.end !== end) return;
		const tokens = this.tokens.slice(last.start, last.end);
		const isName = tokens.every(({ kind, text }) => kind === 'word' || kind === 'quoted' || text === '&');
		if (tokens.length > MOST_WORDS || !isName || NO_NOUNS.at(this.tokens, last.start)) return;
		this.question.unknown.pop();
		this.question.filters.push({ kind: 'quality', name: textOf(this.tokens, last.start, last.end - last.start) });
	}

	/** `… of Acme over $500 this month by salesperson sorted by date` */
	after(): void {
		let at = this.head.start + this.head.length;
		while (at < this.tokens.length) at += this.clauseWordAt(at) || this.unreadAt(at);
		// `that are qualified`
		const last = this.question.unknown.at(-1);
		if (last && /^(?:is|are)$/.test(this.tokens[last.start - 1]?.stem ?? '')) this.takeUnread(last.end);
	}

	private intentAt(at: number): number {
		const intent = INTENTS.at(this.tokens, at);
		if (!intent) return 0;
		if (REPORT.at(this.tokens, at)) this.question.isReport = true;
		this.question.intents.add(intent.value);
		return intent.length;
	}

	/** What may stand before the noun. */
	private qualityAt(at: number, end: number): number {
		const { tokens, reading, vocabulary } = this;
		const negation = NOT.at(tokens, at);
		const state = stateAt(reading, at + (negation?.length ?? 0), vocabulary);
		if (state) {
			const length = (negation?.length ?? 0) + state.length;
			return this.add(negation ? notFilter(state.value) : state.value, length);
		}
		const range = dateRangeAt(tokens, at, reading.now);
		if (range && at + range.length <= end) return this.add({ kind: 'date', range: range.value }, range.length);
		const superlative = this.superlativeAt(at);
		if (superlative) return superlative;
		const year = this.yearAt(at);
		if (year) return year;
		const number = numberAt(tokens, at);
		if (number && number.value.unit === undefined && at + number.length <= end && this.question.limit === null) {
			this.question.limit = number.value.value;
			return number.length;
		}
		const unit = UNITS.at(tokens, at);
		if (unit && tokens[at]?.stem !== unit.value) return this.reportOf(unit.value, at);
		const field = vocabulary.fields.at(tokens, at);
		if (field && at + field.length <= end && isOwn(field.value)) {
			this.question.mentioned.push(field.value);
			return field.length + this.ofAt(at + field.length);
		}
		return this.orAt(at) || this.joinAt(at) || this.skipAt(at);
	}

	/** `2025 invoices`, `sales 2025`: nobody asks for so many. */
	private yearAt(at: number): number {
		const year = yearAt(this.tokens, at);
		return year ? this.add({ kind: 'date', range: year.value }, year.length) : 0;
	}

	/** `daily` */
	private reportOf(unit: string, at: number): number {
		const words = unit === 'day' ? 'today' : `this ${unit}`;
		const range = dateRangeAt(asTokens(words), 0, this.reading.now);
		if (!range) return 0;
		this.question.reportUnit = { kind: 'date', range: range.value };
		return UNITS.at(this.tokens, at)?.length ?? 0;
	}

	/** `of` and `and` between the fields that are asked for and the noun. */
	private ofAt(at: number): number {
		return this.tokens[at]?.stem === 'of' || this.tokens[at]?.stem === 'for' ? 1 : 0;
	}

	private superlativeAt(at: number): number {
		const superlative = SUPERLATIVES.at(this.tokens, at);
		if (!superlative || this.question.superlative) return 0;
		this.question.superlative = superlative.value;
		return superlative.length;
	}

	/** What may stand after the noun. */
	private clauseWordAt(at: number): number {
		const { tokens, reading, vocabulary } = this;
		return (
			this.sortAt(at) ||
			this.mostAt(at) ||
			this.shownAt(at) ||
			this.groupAt(at) ||
			this.limitAt(at) ||
			this.orAt(at) ||
			this.filterOf(filterAt(reading, at, vocabulary)) ||
			this.measureAt(at) ||
			this.reportAt(at) ||
			this.yearAt(at) ||
			this.nameAfterNoun(at) ||
			this.joinAt(at) ||
			(tokens[at]?.stem === 'of' ? 0 : this.skipAt(at))
		);
	}

	private filterOf(match: ReturnType<typeof filterAt>): number {
		return match ? this.add(match.value, match.length) : 0;
	}

	private add(filter: Filter, length: number): number {
		this.question.filters.push(filter.kind === 'not' ? notFilter(filter.of) : filter);
		return length;
	}

	/** `draft or sent`, `in Germany or France`: what follows is of the kind that went before. */
	private orAt(at: number): number {
		const { tokens, reading, vocabulary } = this;
		const last = this.question.filters.at(-1);
		const isExclusive = last !== undefined && this.excludes(last, at);
		const joint = OR.at(tokens, at) ?? (last?.kind === 'name' || isExclusive ? AND.at(tokens, at) : null);
		if (!joint || !last) return 0;
		const next = at + joint.length;
		const isOr = OR.at(tokens, at) !== null;
		const same = last.kind === 'name' && !isOr ? null : filterAt(reading, next, vocabulary);
		const match = same ?? this.sameNameAt(next, last);
		if (!match) return 0;
		this.question.filters.pop();
		this.question.filters.push(orFilter(last, match.value));
		return joint.length + match.length;
	}

	/** `draft and posted`: nothing is in two states at once, so either is meant. */
	private excludes(last: Filter, at: number): boolean {
		const next = stateAt(this.reading, at + 1, this.vocabulary)?.value;
		const [one, other] = [soleField(last), next && soleField(next)];
		return one !== null && one === other;
	}

	/** A second name after `in Germany or`. */
	private sameNameAt(at: number, last: Filter) {
		if (last.kind !== 'name') return null;
		const preposition = asTokens('of')[0];
		const rest = this.tokens.slice(at);
		if (!preposition || !/^[\p{Lu}\p{N}]/u.test(rest[0]?.text ?? '')) return null;
		const reading = { ...this.reading, tokens: [preposition, ...rest] };
		const match = filterAt(reading, 0, this.vocabulary);
		if (match?.value.kind !== 'name') return null;
		const value: Filter = {
			kind: 'name',
			preposition: last.preposition,
			name: match.value.name,
			...(last.field && { field: last.field }),
		};
		return { value, length: match.length - 1 };
	}

	/** `sorted by date`, `newest first` */
	private sortAt(at: number): number {
		if (this.question.order) return 0;
		const first = FIRST.at(this.tokens, at);
		if (first) {
			this.question.order = first.value;
			return first.length;
		}
		const sort = SORT.at(this.tokens, at);
		if (!sort) return 0;
		const name = at + sort.length;
		const field = this.fieldOrMeasureAt(name);
		if (!field) return 0;
		const direction = DIRECTIONS.at(this.tokens, name + field.length);
		this.question.order = { by: field.value, descending: direction?.value ?? false };
		return sort.length + field.length + (direction?.length ?? 0);
	}

	private fieldOrMeasureAt(at: number): { value: FieldDescription | 'amount' | 'date'; length: number } | null {
		const field = this.vocabulary.fields.at(this.tokens, at);
		if (field) return field;
		const word = this.tokens[at]?.stem;
		if (word === 'amount' || word === 'value' || word === 'total') return { value: 'amount', length: 1 };
		return word === 'date' ? { value: 'date', length: 1 } : null;
	}

	/** `with the highest price`, `with the most orders` */
	private mostAt(at: number): number {
		if (this.question.order || this.question.rank) return 0;
		const sold = SOLD_MODELS.has(this.head.subject.model) ? SOLD_MOST.at(this.tokens, at) : null;
		const sales = sold && this.reading.vocabulary(SALES.model);
		if (sold && sales) {
			this.question.rankBy({ subject: SALES, vocabulary: sales, filters: [] }, sold.value);
			return sold.length;
		}
		const opening = WITH.at(this.tokens, at);
		const most = opening && MOST.at(this.tokens, at + opening.length);
		if (!most) return 0;
		const name = at + opening.length + most.length;
		const field = this.fieldOrMeasureAt(name);
		if (field && (typeof field.value === 'string' || field.value.type !== 'one2many')) {
			this.question.order = { by: field.value, descending: most.value };
			this.question.limit ??= this.question.defaultTop();
			return opening.length + most.length + field.length;
		}
		const clause = clauseAt(this.reading, name);
		if (!clause) return 0;
		this.question.rankBy(clause.value, most.value);
		return opening.length + most.length + clause.length;
	}

	/** `with their email and phone`; several fields after a plain `with` are to be shown, too. */
	private shownAt(at: number): number {
		const plain = WITH.at(this.tokens, at);
		const show = SHOW.at(this.tokens, at) ?? (plain && this.listsFields(at + plain.length) ? plain : null);
		if (!show) return 0;
		if (show === plain)
			this.question.notes.push('The fields after “with” are shown; records without them are listed as well.');
		let next = at + show.length;
		for (;;) {
			const field = this.vocabulary.fields.at(this.tokens, next);
			if (!field || !isOwn(field.value)) break;
			this.question.show.push(field.value);
			next += field.length;
			const joint = /^(?:and|,)$/.test(this.tokens[next]?.text.toLowerCase() ?? '') ? 1 : 0;
			if (joint === 0 || !this.vocabulary.fields.at(this.tokens, next + joint)) break;
			next += joint;
		}
		return next > at + show.length ? next - at : 0;
	}

	/** Whether two fields or more follow, with nothing said of them. */
	private listsFields(at: number): boolean {
		const { fields } = this.vocabulary;
		const first = fields.at(this.tokens, at);
		const joint = first && /^(?:and|,)$/.test(this.tokens[at + first.length]?.text.toLowerCase() ?? '');
		if (!joint || this.saysMore(at)) return false;
		const second = at + first.length + 1;
		return fields.at(this.tokens, second) !== null && !this.saysMore(second);
	}

	/** `amount over 500`: a field with what it is to be. */
	private saysMore(at: number): boolean {
		return filterAt(this.reading, at, this.vocabulary) !== null;
	}

	/** `by salesperson and month`; after a superlative, what it is measured by: `top 5 customers by revenue` */
	private groupAt(at: number): number {
		const { tokens } = this;
		const opening = GROUP.at(tokens, at) ?? BY.at(tokens, at);
		if (!opening) return 0;
		let next = at + opening.length;
		while (/^(?:the|each|every|their)$/.test(tokens[next]?.stem ?? '')) next += 1;
		if (this.question.superlative && BY.at(tokens, at)) {
			const measured = this.measuredBy(next);
			if (measured > 0) return next + measured - at;
		}
		let length = this.levelAt(next);
		if (length === 0) return 0;
		next += length;
		for (;;) {
			const joint = /^(?:and|,|by)$/.test(tokens[next]?.text.toLowerCase() ?? '') ? 1 : 0;
			if (joint === 0) break;
			const article = /^(?:by|per)$/.test(tokens[next + joint]?.stem ?? '') ? 1 : 0;
			length = this.levelAt(next + joint + article);
			if (length === 0) break;
			next += joint + article + length;
		}
		return next - at;
	}

	private measuredBy(at: number): number {
		const field = this.fieldOrMeasureAt(at);
		if (field && (typeof field.value === 'string' || isNumeric(field.value))) {
			this.question.order = { by: field.value, descending: this.question.superlative?.descending ?? true };
			this.question.limit ??= this.question.defaultTop();
			this.question.superlative = NO_SUPERLATIVE;
			return field.length;
		}
		const number =
			/^(?:number|count)$/.test(this.tokens[at]?.stem ?? '') && this.tokens[at + 1]?.stem === 'of' ? 2 : 0;
		const clause = clauseAt(this.reading, at + number);
		if (!clause) return 0;
		this.question.rankBy(clause.value, this.question.superlative?.descending ?? true);
		this.question.superlative = NO_SUPERLATIVE;
		return number + clause.length;
	}

	/** A level to group by: a span of time, or a field. */
	private levelAt(at: number): number {
		const unit = UNITS.at(this.tokens, at);
		if (unit) {
			const words = this.vocabulary.words;
			const date = this.vocabulary.field(words?.date ?? ['date', 'create_date']);
			if (!date) return 0;
			this.question.groups.push({ spec: `${date.name}:${unit.value}`, label: unit.value, field: date });
			return unit.length;
		}
		const field = this.vocabulary.fields.at(this.tokens, at);
		if (!field || !isGroupable(field.value)) return 0;
		const isDate = field.value.type === 'date' || field.value.type === 'datetime';
		const spec = isDate ? `${field.value.name}:month` : field.value.name;
		this.question.groups.push({ spec, label: field.value.label.toLowerCase(), field: field.value });
		return field.length;
	}

	private limitAt(at: number): number {
		const limit = LIMIT.at(this.tokens, at);
		const number = limit && numberAt(this.tokens, at + limit.length);
		if (!number || number.value.unit !== undefined || this.question.limit !== null) return 0;
		this.question.limit = number.value.value;
		return limit.length + number.length;
	}

	/** `average order value`: the field after the noun. */
	private measureAt(at: number): number {
		const field = this.vocabulary.fields.at(this.tokens, at);
		if (!field || !isOwn(field.value)) return 0;
		const follows = at === this.head.start + this.head.length;
		const wanted =
			this.question.intents.has('sum') || this.question.intents.has('avg') || this.question.superlative !== null;
		if (!follows || !(wanted && isNumeric(field.value))) return 0;
		this.question.mentioned.push(field.value);
		return field.length;
	}

	private reportAt(at: number): number {
		const isList = at === this.head.start + this.head.length && this.tokens[at]?.text.toLowerCase() === 'list';
		const report = isList ? { length: 1 } : REPORT.at(this.tokens, at);
		if (!report) return 0;
		this.question.isReport = true;
		this.question.intents.add('list');
		return report.length;
	}

	/** `order S00012`, `customer "Acme"`, `product Oak Desk` */
	private nameAfterNoun(at: number): number {
		if (at !== this.head.start + this.head.length) return 0;
		const token = this.tokens[at];
		if (!token || !(token.kind === 'quoted' || token.kind === 'reference' || /^\p{Lu}/u.test(token.text))) return 0;
		const named = asTokens('named');
		const reading = { ...this.reading, tokens: [...named, ...this.tokens.slice(at)] };
		const match = filterAt(reading, 0, this.vocabulary);
		if (!match) return 0;
		this.question.filters.push(match.value);
		return match.length - named.length;
	}

	private joinAt(at: number): number {
		const { text } = this.tokens[at] ?? { text: '' };
		if (/^[,.?!;:()#-]$/.test(text)) return 1;
		if (text.toLowerCase() === 'but') return 1;
		return AND.at(this.tokens, at) ? (AND.at(this.tokens, at)?.length ?? 1) : 0;
	}

	private skipAt(at: number): number {
		if (at < this.head.start && /^(?:only|just)$/.test(this.tokens[at]?.stem ?? '')) return 1;
		return FILLERS.at(this.tokens, at)?.length ?? 0;
	}

	private unreadAt(at: number): number {
		const length = NO_NOUNS.at(this.tokens, at)?.length ?? 1;
		const last = this.question.unknown.at(-1);
		if (last?.end === at) last.end = at + length;
		else this.question.unknown.push({ start: at, end: at + length });
		return length;
	}

	request(): Request {
		return this.question.request();
	}
}

/** Whether a record shows the field itself; others are of records that belong to it. */
const isOwn = ({ name, type }: FieldDescription) => type !== 'one2many' && !name.includes('.');

/** The field of a filter that is one condition; null of any other. */
function soleField(filter: Filter): string | null {
	const [condition, ...more] = filter.kind === 'domain' ? filter.domain : [];
	const [name] = Array.isArray(condition) && more.length === 0 ? condition : [];
	return typeof name === 'string' ? name : null;
}

const isGroupable = (field: FieldDescription) =>
	isKept(field) && !['one2many', 'binary', 'html', 'text', 'json', 'properties'].includes(field.type);

/** Words that the grammar adds by itself. */
function asTokens(words: string) {
	return words.split(' ').map((text) => ({ kind: 'word' as const, text, stem: text, start: 0, end: 0 }));
}
