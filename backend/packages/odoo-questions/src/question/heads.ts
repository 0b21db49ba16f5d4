import type { Token } from '../text/tokenizer';
import { GROUP } from '../vocabulary/order-words';
import { IMPLIED, MOVES, ORDERS, type Subject } from '../vocabulary/subjects';
import type { Mention } from './mentions';

/** The nouns that a question may be about, the likeliest first: all but those that only say what to group by. */
export function headsOf(mentions: readonly Mention[], tokens: readonly Token[]): Mention[] {
	const isGroup = ({ start }: Mention) =>
		GROUP.at(tokens, start - 1) !== null ||
		GROUP.at(tokens, start - 2) !== null ||
		tokens[start - 1]?.stem === 'by';
	return mentions.filter((mention) => !isGroup(mention));
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

/** The noun that is implied where none is written: `outstanding over $1000` are invoices, `S00012` is an order. */
export function impliedHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	for (const start of tokens.keys()) {
		const subject = IMPLIED.at(tokens, start)?.value ?? referred(tokens[start]);
		if (!subject || !models.has(subject.model)) continue;
		return { subject: { ...subject, note: `This was taken for ${subject.plural}.` }, others: [], start, length: 0 };
	}
	return undefined;
}

const REFERENCES: readonly (readonly [RegExp, Subject])[] = [
	[/^S\d+$/, ORDERS],
	[/^R?(?:INV|BILL)\//, MOVES],
];

const referred = (token: Token | undefined): Subject | undefined =>
	token?.kind === 'reference' ? REFERENCES.find(([pattern]) => pattern.test(token.text))?.[1] : undefined;

/** The noun “contact” where only a name is written: `email of Amelia Hart`. */
export function contactHead(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention | undefined {
	const at = tokens.findIndex(
		({ stem: word }, index) => /^(?:of|for)$/.test(word) && /^(?:\p{Lu}|["“])/u.test(tokens[index + 1]?.text ?? ''),
	);
	if (at < 1 || !models.has('res.partner')) return undefined;
	const subject: Subject = {
		model: 'res.partner',
		singular: 'contact',
		plural: 'contacts',
		note: 'This was taken for a question about a contact.',
	};
	return { subject, others: [], start: at, length: 1 };
}
