import { sayList } from '../text/say';
import type { Token } from '../text/tokenizer';
import { stems } from '../text/words';
import { missingField } from '../vocabulary/apps';
import type { Request } from './request';

const LOW = 'Say how low is low, as in “products with qty_available < 10”.';

/**
 * The refusal of a question with words that no rule consumed; it says so where they name a field that this Odoo lacks.
 */
export function notRead({ unknown, clause }: Request, tokens: readonly Token[]): string {
	const isUnknown = (word: string) =>
		unknown.some((each) => stems(each).includes(word) || each.split(' ').includes(word));
	const missing = tokens.find(({ kind, text }) => kind === 'identifier' && isUnknown(text))?.text;
	const { description, words: known } = clause.vocabulary;
	const [lacked] = Object.entries(known?.fields ?? {}).flatMap(([phrase, names]) =>
		stems(phrase).every(isUnknown) && names.every((name) => !description.fields.has(name)) ? names : [],
	);
	const field = missing ?? lacked;
	if (field !== undefined) return missingField(field, clause.subject);
	const hint = unknown.some((each) => /\d[/.]\d+[/.]\d/.test(each)) ? ' Write days as 2026-04-30.' : '';
	if (isUnknown('low')) return LOW;
	const words = sayList(unknown.map((each) => `“${each}”`));
	return `I did not understand ${words} in a question about ${clause.subject.plural}, and leave nothing out silently.${hint}`;
}
