import type { Token } from '../text/tokenizer';
import type { Vocabulary } from '../vocabulary/vocabulary';
import type { Mention } from './mentions';

/** What the parsers of a question share. */
export interface Reading {
	readonly tokens: readonly Token[];
	readonly now: Date;
	readonly mentions: readonly Mention[];
	/** The words for a model; only for models that the question mentions, and that this Odoo has. */
	vocabulary(model: string): Vocabulary | undefined;
}
