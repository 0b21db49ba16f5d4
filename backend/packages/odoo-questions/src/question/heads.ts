import type { Token } from '../text/tokenizer';
import { FILLERS, LOCATION } from '../vocabulary/grammar-words';
import { INTENTS, SUMS } from '../vocabulary/intents';
import { GROUP } from '../vocabulary/order-words';
import { OWING } from '../vocabulary/owing';
import { IMPLIED, LINES, REFERENCES, type Subject } from '../vocabulary/subjects';
import type { Mention } from './mentions';

/**
 * The nouns that a question may be about, the likeliest first: what is owed, the lines of a document, the document
 * whose number is written, then all nouns but those that only say what to group by.
 */
export function headsOf(
	mentions: readonly Mention[],
	tokens: readonly Token[],
	models: ReadonlyMap<string, string>,
): Mention[] {
	const isGroup = ({ start }: Mention) =>
		GROUP.at(tokens, start - 1) !== null ||
		GROUP.at(tokens, start - 2) !== null ||
		tokens[start - 1]?.stem === 'by';
	const found = mentions.filter((mention) => !isGroup(mention));
	const numbered = found.filter(({ start, length }) => tokens[start + length]?.kind === 'reference');
	const special = [...owingHeads(tokens), ...documentHeads(tokens)];
	const known = [...special, ...numbered, ...found];
	return known.length > 0 ? known : impliedHeads(tokens, models);
}

/** The noun that a command is about: the first one after the verb. */
export function targetMention(
	tokens: readonly Token[],
	mentions: readonly Mention[],
	implied: Mention | undefined,
	verb: number,
): Mention | undefined {
	const after = mentions.filter(({ start }) => start > verb);
	// In `set the company of contact X`, “company” is a field; the noun comes after the preposition.
	const of = tokens.findIndex(({ stem }, index) => index > verb && /^(?:of|for|on)$/.test(stem));
	return after.find(({ start }) => of >= 0 && start > of) ?? after[0] ?? implied;
}

/** `how much does Acme owe us`, `what do we owe` ask for a sum; `who owes us` for the ones who do. */
function owingHeads(tokens: readonly Token[]): Mention[] {
	const isSum = SUMS.at(tokens, 0) !== null || /^what$/.test(tokens[0]?.stem ?? '');
	for (const start of isSum ? tokens.keys() : []) {
		const owing = OWING.at(tokens, start);
		if (owing) return [{ subject: owing.value, others: [], start, length: owing.length }];
	}
	return [];
}

/** The document whose number is written, such as `S00012`; before it its lines, where a word asks for them. */
function documentHeads(tokens: readonly Token[]): Mention[] {
	const at = tokens.findIndex((token) => subjectOf(token) !== undefined);
	const document = subjectOf(tokens[at]);
	if (!document) return [];
	const subject = { ...document, note: `This was taken for ${document.plural}.` };
	const itself: Mention = { subject, others: [], start: at, length: 0 };
	const lines = LINES.get(document.model);
	const word = tokens.findIndex(({ stem }, index) => index < at && LINE_WORDS.test(stem));
	const inside = tokens[at - 1]?.stem === 'in' && at <= MOST_BEFORE ? at - 1 : -1;
	const start = word >= 0 ? word : inside;
	if (!lines || start < 0) return [itself];
	return [{ subject: lines, others: [], start, length: word >= 0 ? 1 : 0 }, itself];
}

/** How many words stand before the number in `what is in S00012`. */
const MOST_BEFORE = 3;

const LINE_WORDS = /^(?:product|item|article|line|position|good|content)$/;

const subjectOf = (token: Token | undefined): Subject | undefined =>
	token?.kind === 'reference' ? REFERENCES.find(([pattern]) => pattern.test(token.text))?.[1] : undefined;

/** The noun that is implied where none is written: `outstanding over $1000` are invoices. */
function impliedHeads(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention[] {
	for (const start of tokens.keys()) {
		const implied = IMPLIED.at(tokens, start);
		if (!implied || !models.has(implied.value.model)) continue;
		const note = implied.value.note ?? `This was taken for ${implied.value.plural}.`;
		// What customers owe is no state of invoices, so that the words are the noun.
		const length = implied.value.isMeasure ? implied.length : 0;
		return [{ subject: { ...implied.value, note }, others: [], start, length }];
	}
	const owing = tokens.findIndex((_token, start) => OWING.at(tokens, start) !== null);
	if (owing < 0) return [];
	return [{ subject: { ...CONTACT, note: 'This was taken for contacts.' }, others: [], start: owing, length: 0 }];
}

const CONTACT: Subject = { model: 'res.partner', singular: 'contact', plural: 'contacts' };
const PRODUCT: Subject = { model: 'product.product', singular: 'product', plural: 'products' };

/** The noun of a command where only a name is written: `set the phone of Amelia Hart to …`. */
export function contactHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	const at = tokens.findIndex(
		({ stem: word }, index) => /^(?:of|for)$/.test(word) && /^(?:\p{Lu}|["“])/u.test(tokens[index + 1]?.text ?? ''),
	);
	if (at < 1 || !models.has('res.partner')) return undefined;
	return { subject: CONTACT, others: [], start: at, length: 1 };
}

/** The nouns that a name without one may be of: `email of Amelia Hart`, `Oak Desk's price`, `what does Oak Desk cost`. */
export function guessedHeads(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention[] {
	const start = nameStart(tokens);
	if (start === null) return [];
	return [CONTACT, PRODUCT]
		.filter(({ model }) => models.has(model))
		.map((subject) => ({
			subject: { ...subject, note: `This was taken for a question about a ${subject.singular}.` },
			others: [],
			start,
			length: 0,
			isGuess: true,
		}));
}

/** Whether a name follows “of”, or has a possessive ending: then a question without a noun is about who it names. */
export const namesSomeone = (tokens: readonly Token[]): boolean =>
	tokens.some(
		({ text, stem }, at) =>
			/\p{L}['’]s?$/u.test(text) ||
			(/^(?:of|for)$/.test(stem) && /^(?:\p{Lu}|["“])/u.test(tokens[at + 1]?.text ?? '')),
	);

/** Where a name begins: after “of”, else after the words that a question begins with. */
function nameStart(tokens: readonly Token[]): number | null {
	const of = tokens.findIndex(({ stem }, index) => index > 0 && /^(?:of|for)$/.test(stem));
	let at = of < 0 ? 0 : of + 1;
	for (;;) {
		const opening = LOCATION.at(tokens, at) ?? INTENTS.at(tokens, at) ?? FILLERS.at(tokens, at);
		if (!opening) break;
		at += opening.length;
	}
	return at < tokens.length ? at : null;
}
