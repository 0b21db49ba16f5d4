import { type Match, phrases, phraseTable } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';

/** The words of the grammar: all that is not the name of a model, a field, a state or a thing. */

/** Words that change nothing about what is asked. Those that could (not, or, without …) must never be among them. */
export const FILLERS = phrases(
	...'a|an|the|all|any|our|my|your|their|its|me|us|we|i|you|it|they|please|kindly|hi|hello|hey|thanks|thank you'.split(
		'|',
	),
	...'that|which|who|what|there|these|those|is|are|was|were|be|been|being|am|do|does|did|had|will|would'.split('|'),
	...'can|could|should|may i|want|want to|need|need to|like to|to see|to know|know|now|currently|at the moment|right now'.split(
		'|',
	),
	...'still|yet|already|record|entry|entries|result|made|placed|recorded|registered|exist|in total|altogether|overall'.split(
		'|',
	),
	...'do we have|do i have|we have|have we|i have|does it have|do you have|have got|have|in odoo|in the system|in our system|in the database|us all|about|for me|for us|to me|so'.split(
		'|',
	),
);

/** What may stand before a command. */
export const LEADING = phrases(
	...'please|kindly|hi|hello|hey|can you|could you|would you|will you|i want to|i want you to|i need to|i need you to|i would like to|go ahead and|now'.split(
		'|',
	),
);

/** What is asked for. */
export type Intent = 'list' | 'count' | 'sum' | 'avg';

/** What a question begins with. */
export const INTENTS = phraseTable<Intent>([
	...'list|list of|a list of|send|send me|show|show me|find|display|give|give me|get|get me|see|search|search for|look up|fetch|tell|tell me|which|who|what|report|summary|overview|have we|do we have|are there|is there|read|view|print|export'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'list']),
	...'how many|count|count of|count the|number of|the number of|amount of people'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'count']),
	...'total|total of|sum|sum of|sum up|add up|how much|grand total|combined'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'sum']),
	...'average|average of|mean|avg'.split('|').map((phrase): [string, Intent] => [phrase, 'avg']),
]);

/** Asks for a list with its total. */
export const REPORT = phrases('report', 'summary', 'overview');

/** How two numbers compare. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Comparisons in words. */
export const COMPARISONS = phraseTable<Comparison>([
	...'over|above|more than|greater than|higher than|larger than|bigger than|exceeding|exceeds|in excess of|upward of'
		.split('|')
		.map((phrase): [string, Comparison] => [phrase, '>']),
	...'at least|no less than|not less than|minimum|min|or more than'
		.split('|')
		.map((phrase): [string, Comparison] => [phrase, '>=']),
	...'under|below|less than|fewer than|lower than|smaller than|cheaper than'
		.split('|')
		.map((phrase): [string, Comparison] => [phrase, '<']),
	...'at most|no more than|not more than|up to|maximum|max'
		.split('|')
		.map((phrase): [string, Comparison] => [phrase, '<=']),
	...'exactly|equal|equal to|equals|of exactly'.split('|').map((phrase): [string, Comparison] => [phrase, '=']),
]);

/** After a number: `5 or more`. */
export const OPEN_ENDS = phraseTable<Comparison>([
	['or more', '>='],
	['or above', '>='],
	['or higher', '>='],
	['or less', '<='],
	['or fewer', '<='],
	['or below', '<='],
	['or lower', '<='],
]);

/** Comparisons in signs. */
export const OPERATORS: Readonly<Record<string, Comparison>> = {
	'=': '=',
	'==': '=',
	'!=': '!=',
	'<>': '!=',
	'≠': '!=',
	'<': '<',
	'<=': '<=',
	'≤': '<=',
	'>': '>',
	'>=': '>=',
	'≥': '>=',
};

/** Turns what follows into its opposite. */
export const NOT = phrases(
	'not',
	"isn't",
	"aren't",
	"wasn't",
	"weren't",
	'except',
	'except for',
	'excluding',
	'other than',
	'but not',
);
/** Begins what records have. */
export const WITH = phrases(
	'with',
	'having',
	'have',
	'has',
	'whose',
	'where',
	'that have',
	'who have',
	'with their',
	'that has',
	'who has',
);
/** Begins what records lack. */
export const WITHOUT = phrases(
	...'without|with no|without any|having no|have no|has no|missing|lacking|with a missing|with missing|no|that have no|who have no|do not have|does not have|not having|with empty'.split(
		'|',
	),
	"don't have",
	"doesn't have",
	"haven't",
);
/** After a field: it has no value. */
export const EMPTY = phrases('empty', 'missing', 'blank', 'not set', 'unset', 'not filled', 'none');
/** After a field: it has one. */
export const FILLED = phrases('set', 'filled', 'filled in', 'known', 'present');
/** May stand between a field and its value. */
export const IS = phrases('is', 'are', 'was', 'were', 'of', 'at', ':');
/** How a text is to be like another. */
export const CONTAINS = phraseTable<'contains' | 'starts' | 'ends'>([
	['contain', 'contains'],
	['containing', 'contains'],
	['include', 'contains'],
	['including', 'contains'],
	['like', 'contains'],
	['matching', 'contains'],
	['starting with', 'starts'],
	['start with', 'starts'],
	['begin with', 'starts'],
	['beginning with', 'starts'],
	['ending with', 'ends'],
	['end with', 'ends'],
	['ending in', 'ends'],
	['end in', 'ends'],
]);
/** Begins whose, or where, records are. */
export const PREPOSITIONS = phraseTable<string>([
	...[
		'of',
		'for',
		'from',
		'by',
		'in',
		'at',
		'to',
		'belonging to',
		'assigned to',
		'located in',
		'based in',
		'living in',
		'sold by',
	].map((phrase): [string, string] => [phrase, phrase]),
]);
/** Begins a record's own name. */
export const NAMED = phrases('named', 'called', 'with the name', 'with name', 'by the name of');
/** Joins what must all hold. */
export const AND = phrases('and', 'and also', 'as well as', 'plus');
/** Joins what need not all hold. */
export const OR = phrases('or');
/** Begins two bounds. */
export const BETWEEN = phrases('between');

/** Begins what is counted or added up for each. */
export const GROUP = phrases(
	...'per|for each|for every|in each|each|every|group by|grouped by|broken down by|split by|by each|by every|grouped per'.split(
		'|',
	),
);
/** Groups, ranks, or begins who did it. */
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

/** `order by`; "orders by salesperson" are records. */
export const SORT = {
	at: (tokens: readonly Token[], start: number): Match<true> | null =>
		/^orders$/i.test(tokens[start]?.text ?? '') ? null : SORTED.at(tokens, start),
};
/** After what is sorted by: whether the highest comes first. */
export const DIRECTIONS = phraseTable<boolean>([
	...'descending|desc|highest first|largest first|biggest first|newest first|latest first|most recent first|high to low|decreasing|in descending order'
		.split('|')
		.map((phrase): [string, boolean] => [phrase, true]),
	...'ascending|asc|lowest first|smallest first|oldest first|earliest first|alphabetically|low to high|increasing|in ascending order'
		.split('|')
		.map((phrase): [string, boolean] => [phrase, false]),
]);

/** Which come first, without a word for the field. */
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

/** `best`: by what was sold of or to them; `top`: by that, or their own amount. `none`: the first as they come. */
export interface Superlative {
	readonly by: 'amount' | 'date' | 'best' | 'top' | 'none';
	readonly descending: boolean;
	/** One is meant, whatever the noun. */
	readonly single: boolean;
}

const superlative = (list: string, by: Superlative['by'], descending: boolean, single = false) =>
	list.split('|').map((phrase): [string, Superlative] => [phrase, { by, descending, single }]);

/** Which records come first, before the noun. */
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

/** The same after `with`; whether the highest comes first. */
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

/** Begins how many are wanted. */
export const LIMIT = phrases('limit', 'limited to', 'limit to', 'at most the first');
/** Begins the fields that are wanted. */
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

/** Nouns that are none here. */
export const NO_NOUNS = phrases('out of stock', 'in stock', 'on stock', 'low stock', 'low on stock');

/** What customers, products and salespeople are ranked by, without a noun. */
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

/** Who did so has a confirmed order. */
export const ORDERED = phrases(
	'ordered',
	'bought',
	'purchased',
	'placed orders',
	'who ordered',
	'who bought',
	'that ordered',
	'that bought',
);

/** Numbers in words. */
export const NUMBER_WORDS: Readonly<Record<string, number>> = {
	one: 1,
	two: 2,
	three: 3,
	four: 4,
	five: 5,
	six: 6,
	seven: 7,
	eight: 8,
	nine: 9,
	ten: 10,
	dozen: 12,
	twenty: 20,
	fifty: 50,
	hundred: 100,
	thousand: 1000,
	zero: 0,
};

/** Currencies in words, as ISO 4217 codes. */
export const CURRENCY_WORDS: Readonly<Record<string, string>> = {
	dollar: 'USD',
	usd: 'USD',
	euro: 'EUR',
	eur: 'EUR',
	pound: 'GBP',
	gbp: 'GBP',
	yen: 'JPY',
	jpy: 'JPY',
	baht: 'THB',
	thb: 'THB',
	chf: 'CHF',
};
