import type { Mention } from './mentions';
import type { Token } from '../text/tokenizer';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** What filters are read with. */
export interface Reading {
	readonly tokens: readonly Token[];
	readonly now: Date;
	readonly mentions: readonly Mention[];
	vocabulary(model: string): Vocabulary | undefined;
}
