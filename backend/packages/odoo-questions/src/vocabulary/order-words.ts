import { type Match, phrases, phraseTable } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';

/** Introduces what records are grouped by. */
export const GROUP = phrases(
	...'per|for each|for every|in each|each|every|group by|grouped by|broken down by|split by|by each|by every|grouped per'.split(
		'|',
	),
);
/** Introduces a group, the measure of a ranking, or the name of whoever did it. */
export const BY = phrases('by');
const SORTED = phrases(
	'sorted by',
	'sort by',
	'ordered by',
	'order by',
	'ranked by',
	'sort them by',
	'order them by',
	'sorted on',
);

/** Introduces the field to sort by. In “orders by salesperson”, the plural makes it a noun. */
export const SORT = {
	at: (tokens: readonly Token[], start: number): Match<true> | null =>
		/^orders$/i.test(tokens[start]?.text ?? '') ? null : SORTED.at(tokens, start),
};
/** Sort directions, after the field; true is descending. */
export const DIRECTIONS = phraseTable<boolean>([
	...'descending|desc|highest first|largest first|biggest first|newest first|latest first|most recent first|high to low|decreasing|in descending order'
		.split('|')
		.map((phrase): [string, boolean] => [phrase, true]),
	...'ascending|asc|lowest first|smallest first|oldest first|earliest first|alphabetically|low to high|increasing|in ascending order'
		.split('|')
		.map((phrase): [string, boolean] => [phrase, false]),
]);

/** Sort orders that name no field. */
export const FIRST = phraseTable<{ by: 'amount' | 'date'; descending: boolean }>([
	['newest first', { by: 'date', descending: true }],
	['latest first', { by: 'date', descending: true }],
	['most recent first', { by: 'date', descending: true }],
	['oldest first', { by: 'date', descending: false }],
	['largest first', { by: 'amount', descending: true }],
	['biggest first', { by: 'amount', descending: true }],
	['highest first', { by: 'amount', descending: true }],
	['smallest first', { by: 'amount', descending: false }],
	['lowest first', { by: 'amount', descending: false }],
]);

/**
 * How a superlative ranks records. `best`: by their sales; `top`: by their sales, or by their own amount where they
 * have none; `none`: not at all.
 */
export interface Superlative {
	readonly by: 'amount' | 'date' | 'best' | 'top' | 'none';
	readonly descending: boolean;
	/** Asks for one record, even where the noun is in the plural. */
	readonly single: boolean;
}

const superlative = (list: string, by: Superlative['by'], descending: boolean, single = false) =>
	list.split('|').map((phrase): [string, Superlative] => [phrase, { by, descending, single }]);

/** Superlatives, before the noun. */
export const SUPERLATIVES = phraseTable<Superlative>([
	...superlative('largest|biggest|highest|greatest|most valuable|most expensive|priciest', 'amount', true),
	...superlative('maximum|max', 'amount', true, true),
	...superlative('minimum|min', 'amount', false, true),
	...superlative('smallest|lowest|least|cheapest|least expensive|bottom', 'amount', false),
	...superlative('newest|latest|most recent|recent|last', 'date', true),
	...superlative('oldest|earliest', 'date', false),
	...superlative('best|best selling|top selling|most sold|bestselling', 'best', true),
	...superlative('worst|worst selling|least sold', 'best', false),
	...superlative('top', 'top', true),
	...superlative('first', 'none', false),
]);

/** Superlatives after `with`; true is descending. */
export const MOST = phraseTable<boolean>([
	['the most', true],
	['most', true],
	['the highest', true],
	['highest', true],
	['the largest', true],
	['largest', true],
	['the biggest', true],
	['biggest', true],
	['the fewest', false],
	['fewest', false],
	['the least', false],
	['least', false],
	['the lowest', false],
	['lowest', false],
	['the smallest', false],
	['smallest', false],
]);

/** Introduces how many records to show. */
export const LIMIT = phrases('limit', 'limited to', 'limit to', 'at most the first');
/** Introduces the fields to show. */
export const SHOW = phrases(
	'with their',
	'with its',
	'and their',
	'and its',
	'including their',
	'along with their',
	'together with their',
	'showing',
	'including the',
	'along with the',
);

/** Rank customers, products and salespeople by sales, without naming them. */
export const SOLD_MOST = phraseTable<boolean>(
	[
		'sold the most',
		'sold most',
		'bought the most',
		'bought most',
		'ordered the most',
		'ordered most',
		'sell best',
		'sell the most',
		'sold best',
	].map((phrase): [string, boolean] => [phrase, true]),
);
