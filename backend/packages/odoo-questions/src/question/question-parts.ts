import type { DateRange } from '../dates/periods';
import type { FieldDescription } from '../odoo-reader';
import type { Match } from '../text/phrase-table';
import { textOf } from '../text/tokenizer';
import { isPlural } from '../text/words';
import { type Field, isNumeric } from '../vocabulary/fields';
import { type Intent, INTENTS } from '../vocabulary/intents';
import type { Superlative } from '../vocabulary/order-words';
import { SALES } from '../vocabulary/subjects';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { notFilter } from './make-filters';
import type { Mention } from './mentions';
import type { Reading } from './reading';
import type { Clause, Filter, GroupLevel, Request } from './request';

/** How many records a superlative in the plural shows, where no number is named. */
const DEFAULT_TOP = 10;

/** Models whose “best” and “top” records are those with the most sales. */
export const SOLD_MODELS: ReadonlySet<string> = new Set([
	'res.partner',
	'res.users',
	'product.product',
	'product.template',
]);

/** Collects what the rules read of a question, and makes the request of it. */
export class QuestionParts {
	readonly filters: Filter[] = [];
	readonly intents = new Set<Intent>();
	/** Fields before the noun, or right after it: `email of …`, `average order value`. */
	readonly mentioned: Field[] = [];
	readonly show: Field[] = [];
	/** Whether the question begins with “when”, and so asks for a date. */
	asksWhen = false;
	readonly groups: GroupLevel[] = [];
	/** Tokens that no rule consumed, as half-open ranges. */
	readonly unknown: { start: number; end: number }[] = [];
	readonly notes: string[] = [];
	superlative: Superlative | null = null;
	order: Request['order'] = null;
	limit: number | null = null;
	rank: Request['rank'] = null;
	isReport = false;
	/** The period of a `daily` report, unless the question names another one. */
	reportUnit: Filter | null = null;

	constructor(
		readonly reading: Reading,
		readonly head: Mention,
		readonly vocabulary: Vocabulary,
	) {}

	get tokens() {
		return this.reading.tokens;
	}

	/** The position of the token after the noun. */
	get afterNoun() {
		return this.head.start + this.head.length;
	}

	/** Adds a filter, if there is one; returns how many tokens it consumed. */
	add(match: Match<Filter> | null): number {
		if (!match) return 0;
		this.filters.push(match.value.kind === 'not' ? notFilter(match.value.of) : match.value);
		return match.length;
	}

	/** Adds a filter by date, likewise. */
	addDate(match: Match<DateRange> | null): number {
		return this.add(match && { value: { kind: 'date', range: match.value }, length: match.length });
	}

	orderBy(by: FieldDescription | 'amount' | 'date', descending: boolean): void {
		this.order = { by, descending };
		this.limit ??= this.defaultTop();
	}

	/** Ranks by the sum of related records where their noun means one (“sales”), else by their number. */
	rankBy(clause: Clause, descending: boolean): void {
		this.rank = { clause, by: clause.subject.isMeasure ? 'sum' : 'count', descending };
		this.limit ??= this.defaultTop();
	}

	/** How many records a superlative shows: one where the noun is in the singular. */
	private defaultTop(): number {
		if (this.superlative?.single) return 1;
		const word = this.tokens[this.afterNoun - 1];
		return word && !isPlural(word.text) && word.stem !== 'people' ? 1 : DEFAULT_TOP;
	}

	/** The request, once all tokens have been read. */
	request(): Request {
		const { head, vocabulary, filters, groups, notes } = this;
		if (head.subject.note !== undefined) notes.push(head.subject.note);
		if (this.reportUnit && !filters.some(({ kind }) => kind === 'date')) filters.push(this.reportUnit);
		this.applySuperlative();
		this.dropNew();
		const measure = this.mentioned.find(isNumeric) ?? null;
		const intent = this.intent(measure);
		const clause = { subject: head.subject, vocabulary, filters };
		const show = this.shown();
		return {
			intent,
			clause,
			measure: intent === 'sum' || intent === 'avg' ? measure : null,
			groups,
			order: this.order,
			limit: this.limit === null ? null : Math.max(1, Math.floor(this.limit)),
			show,
			rank: this.rank,
			notes,
			conflict: this.conflict(
				intent,
				show.filter((field) => intent === 'list' || field !== measure),
			),
			unknown: this.unknown.map(({ start, end }) => textOf(this.tokens, start, end - start)),
		};
	}

	/** The fields to show: those that are named; the date for “when”, the amount for “how much is” with a name. */
	private shown(): readonly Field[] {
		const { vocabulary, head, tokens, intents } = this;
		const named = [...this.mentioned, ...this.show];
		const usual = (candidates: readonly string[] | undefined) => {
			const field = vocabulary.field(candidates);
			return field ? [field] : [];
		};
		if (this.asksWhen && named.length === 0) return usual(vocabulary.words?.date);
		// What something costs may be its price, or its cost.
		const isSum = head.isGuess && (intents.has('sum') || tokens.some(({ text }) => /^does$/i.test(text)));
		return isSum ? [...usual(vocabulary.words?.amount), ...named] : named;
	}

	/** Drops “new” from `new customers this month`, which already asks for those that were created then. */
	private dropNew(): void {
		const { filters, vocabulary } = this;
		const isNew = (filter: Filter) => filter.kind === 'quality' && filter.name.toLowerCase() === 'new';
		const isMade = vocabulary.field(vocabulary.words?.date) !== undefined;
		const at = filters.findIndex(isNew);
		if (at >= 0 && isMade && filters.some(({ kind }) => kind === 'date')) filters.splice(at, 1);
	}

	private intent(measure: FieldDescription | null): Intent {
		const { intents } = this;
		if (this.head.isGuess) return 'list';
		if (intents.has('avg')) return 'avg';
		// The answer with a sum has the number of records as well.
		if (intents.has('count') && !(intents.has('sum') && measure)) return 'count';
		if (intents.has('sum')) return measure || this.hasTotal() ? 'sum' : 'count';
		const asksForRecords = this.isReport || this.order !== null || this.limit !== null || this.superlative !== null;
		if (this.head.subject.isMeasure && !asksForRecords && !this.listsRecords() && measure === null) return 'sum';
		return 'list';
	}

	/** Whether “total” asks for a sum: records without an amount, as in `total customers`, are counted. */
	private hasTotal(): boolean {
		const { words } = this.vocabulary;
		return (
			this.head.subject.amount !== undefined || !words || this.vocabulary.field(words.amount)?.type === 'monetary'
		);
	}

	/** The refusal where the answer would leave out something that is asked for; null where it would not. */
	private conflict(intent: Intent, show: readonly FieldDescription[]): string | null {
		const { intents, order, limit, rank, groups } = this;
		if (intents.has('avg') && (intents.has('count') || intents.has('sum'))) {
			return 'Ask for the average, the sum and the number one at a time.';
		}
		const fields = show.map(({ label }) => label).join(', ');
		if (rank && (order || groups.length > 0 || show.length > 0 || intent !== 'list')) {
			return 'A ranking cannot be counted, grouped, sorted otherwise or shown with more fields at once.';
		}
		if (groups.length > 0 && show.length > 0) return `Groups do not show ${fields}. Ask for the records instead.`;
		if (intent === 'list') return null;
		if (show.length > 0) return `A count, sum or average does not show ${fields}. Ask for the records instead.`;
		if (groups.length === 0 && (order !== null || limit !== null)) {
			return 'I count, add up and average all records that fit, not the first so many.';
		}
		return null;
	}

	/** Whether the verb asks for records: `list the sales` does, `what were the sales` asks for a sum. */
	private listsRecords(): boolean {
		const first = this.tokens.find((token, at) => at < this.head.start && INTENTS.at([token], 0));
		return first !== undefined && !/^(?:what|tell)$/.test(first.stem);
	}

	private applySuperlative(): void {
		const { superlative } = this;
		if (!superlative || this.order || this.rank) return;
		const measure = this.mentioned.find(
			(field) => isNumeric(field) || field.type === 'date' || field.type === 'datetime',
		);
		// “The first 10” says only how many; “the first order” asks for the oldest one.
		if (superlative.by === 'none' && this.limit !== null) return;
		this.limit ??= this.defaultTop();
		if (measure) {
			this.order = { by: measure, descending: superlative.descending };
			return;
		}
		const { words } = this.vocabulary;
		const { by, descending } = superlative;
		const isSold = by === 'top' && SOLD_MODELS.has(this.head.subject.model);
		const isDate = by === 'date' || by === 'none';
		if (isDate || (by !== 'best' && !isSold && this.vocabulary.field(words?.amount))) {
			this.order = { by: isDate ? 'date' : 'amount', descending };
			return;
		}
		const sales = this.reading.vocabulary(SALES.model);
		if (!sales) return;
		this.rank = {
			clause: { subject: SALES, vocabulary: sales, filters: [] },
			by: 'sum',
			descending,
		};
	}
}
