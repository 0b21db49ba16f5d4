import { type PhraseTable, phraseTable } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';
import { NO_NOUNS } from '../vocabulary/grammar-words';
import { SORT } from '../vocabulary/order-words';
import { type Subject, SUBJECTS } from '../vocabulary/subjects';

/** An occurrence of a noun in a message. */
export interface Mention {
	readonly subject: Subject;
	/** Further models that have the same label. */
	readonly others: readonly string[];
	readonly start: number;
	readonly length: number;
	/** The noun is not written, but guessed from a name. */
	readonly isGuess?: boolean;
}

/** Finds the nouns of a message: those that people use, the labels of the models, and their technical names. */
export function mentionsIn(tokens: readonly Token[], models: ReadonlyMap<string, string>): Mention[] {
	const table = nounsOf(models);
	const mentions: Mention[] = [];
	for (let start = 0; start < tokens.length; start++) {
		const sort = NO_NOUNS.at(tokens, start) ?? SORT.at(tokens, start);
		if (sort) {
			start += sort.length - 1;
			continue;
		}
		const found = table.at(tokens, start);
		if (!found) continue;
		mentions.push({ ...found.value, start, length: found.length });
		start += found.length - 1;
	}
	return mentions;
}

type Noun = Pick<Mention, 'subject' | 'others'>;

function nounsOf(models: ReadonlyMap<string, string>): PhraseTable<Noun> {
	const labeled = new Map<string, string[]>();
	for (const [model, label] of models) {
		// Technical models have labels such as “Message”, which people use for other things.
		if (/^(?:ir|base|bus|mail|web|report)[._]/.test(model)) continue;
		labeled.set(label.toLowerCase(), [...(labeled.get(label.toLowerCase()) ?? []), model]);
	}
	const byLabel = [...labeled].flatMap(([label, [model, ...others]]): [string, Noun][] =>
		model === undefined ? [] : [[label, { subject: plainSubject(model, label), others }]],
	);
	const byName = [...models].map(([model, label]): [string, Noun] => [
		model,
		{ subject: plainSubject(model, label.toLowerCase()), others: [] },
	]);
	const known = SUBJECTS.map(([word, subject]): [string, Noun] => [word, { subject, others: [] }]);
	return phraseTable([...known, ...byName, ...byLabel]);
}

/** The noun for a model by its label. */
function plainSubject(model: string, label: string): Subject {
	const singular = label.replace(/ies$/, 'y').replace(/(?<![su])s$/, '');
	const plural = /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
	return { model, singular, plural };
}
