import { phrases, phraseTable } from '../text/phrase-table';

/** Polite openings, before a command. */
export const LEADING = phrases(
	...'please|kindly|hi|hello|hey|can you|could you|would you|will you|i want to|i want you to|i need to|i need you to|i would like to|go ahead and|now'.split(
		'|',
	),
);

/** What a question asks for. */
export type Intent = 'list' | 'count' | 'sum' | 'avg';

/** Phrases for what a question asks for. */
export const INTENTS = phraseTable<Intent>([
	...'list|list of|a list of|send|send me|show|show me|find|display|give|give me|get|get me|see|search|search for|look up|fetch|tell|tell me|which|who|what|report|summary|overview|have we|do we have|are there|is there|read|view|print|export'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'list']),
	...'how many|count|count of|count the|number of|the number of|amount of people'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'count']),
	...'total|total of|sum|sum of|sum up|add up|how much|how much money|grand total|combined'
		.split('|')
		.map((phrase): [string, Intent] => [phrase, 'sum']),
	...'average|average of|mean|avg'.split('|').map((phrase): [string, Intent] => [phrase, 'avg']),
]);

/** Phrases that begin a question for a sum. */
export const SUMS = phrases('how much', 'total', 'sum', 'amount', 'the total', 'the amount');

/** Phrases that ask for a list with its total. */
export const REPORT = phrases('report', 'summary', 'overview');
