import { phrases, phraseTable } from '../text/phrase-table';

/** How two numbers compare. */
export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/** Comparisons in words. */
export const COMPARISONS = phraseTable<Comparison>([
	...'over|above|more than|longer than|greater than|higher than|larger than|bigger than|exceeding|exceeds|in excess of|upward of'
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

/** Comparisons after the number: `5 or more`. */
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
/** Introduces a lower and an upper bound. */
export const BETWEEN = phrases('between');

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

/** The ISO 4217 code of the currency that a word names: `euros`, `EUR`. */
export const currencyNamed = ({ stem, text }: { stem: string; text: string }): string | undefined =>
	CURRENCY_WORDS[stem] ?? (CURRENCY_CODES.has(text) ? text : undefined);

const CURRENCY_CODES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

const CURRENCY_WORDS: Readonly<Record<string, string>> = {
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
	franc: 'CHF',
	rupee: 'INR',
	yuan: 'CNY',
};
