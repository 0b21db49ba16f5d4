import { phraseTable } from '../text/phrase-table';
import { OWED, PAYABLE, type Subject } from './subjects';

const words = (list: string, subject: Subject) => list.split('|').map((phrase) => [phrase, subject] as const);

/** Phrases for what customers owe, and for what is owed to vendors. */
export const OWING = phraseTable<Subject>([
	...words(
		'owe us|owe us money|owe us anything|owe us something|owe money|owe me|owe|owing|owing us|owing money|owing us money|owing us anything|owed to us|owed by|amount owed|amount owed by|amount owed to us|amount owed to us by|are we owed|we are owed|is owed|in debt|in debt to us',
		OWED,
	),
	...words(
		'do we owe|do we owe to|do we owe money|do we owe money to|we owe|we owe to|we owe money|we owe money to|owed to|owe to',
		PAYABLE,
	),
]);
