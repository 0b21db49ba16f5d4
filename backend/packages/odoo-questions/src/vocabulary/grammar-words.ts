import { phrases, phraseTable } from '../text/phrase-table';

/** Words that change nothing about what is asked. A word that could (not, or, without …) must never be among them. */
export const FILLERS = phrases(
	...'a|an|the|all|any|our|my|your|their|its|me|us|we|i|you|it|they|please|kindly|hi|hello|hey|thanks|thank you'.split(
		'|',
	),
	...'that|which|who|what|there|these|those|is|are|was|were|be|been|being|am|do|does|did|had|will|would'.split('|'),
	...'can|could|should|may i|want|want to|need|need to|like to|to see|to know|know|now|currently|at the moment|right now'.split(
		'|',
	),
	...'still|yet|already|ever|of all time|so far|record|entry|entries|result|made|placed|recorded|registered|exist|in total|altogether|overall'.split(
		'|',
	),
	...'has|has been|have been|did we get|have we got|get|got|did we receive|have we received|did we make|did we send|have we sent|did we issue|have we issued|did we create|did we add|came in|come in|coming in|have come in'.split(
		'|',
	),
	...'do we have|do i have|we have|have we|i have|does it have|do you have|have got|have|in odoo|in the system|in our system|in the database|us all|about|for me|for us|to me|so'.split(
		'|',
	),
);

/** Asks for an address. */
export const LOCATION = phrases('where is', 'where are', 'where does', 'where do');
/** Asks for a date. */
export const WHEN = phrases(
	...['when is', 'when was', 'when were', 'when did', 'when does', 'when do', 'when will', 'when are', 'when'],
);

/** Negates the filter that follows. */
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
/** Introduces a value, or related records, that records have. */
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
/** Introduces a value, or related records, that records lack. */
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
/** After a field: it has a value. */
export const FILLED = phrases('set', 'filled', 'filled in', 'known', 'present');
/** May stand between a field and its value. */
export const IS = phrases('is', 'are', 'was', 'were', 'of', 'at', ':');
/** Introduces a part of a text. */
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
/** Introduces the name of what records belong to, or of the place they are in. */
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
/** Introduces a record's own name. */
export const NAMED = phrases('named', 'called', 'with the name', 'with name', 'by the name of');
/** Conjunctions of conditions. */
export const AND = phrases('and', 'and also', 'as well as', 'plus');
/** Disjunctions of conditions. */
export const OR = phrases('or');

/** Phrases with a noun that names no records there: “stock” does alone, but not in “out of stock”. */
export const NO_NOUNS = phrases('out of stock', 'in stock', 'on stock', 'low stock', 'low on stock');

/** Verbs for having a confirmed order. */
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
