import type { Answer, OdooReader, Question } from '@odoo-platform/odoo-questions';
import type { CallOptions, OdooCall, OdooVersion } from '../../odoo/client';

export {
	type Answer,
	type Company,
	type DomainList,
	type Grouping,
	MAX_RECORDS,
	type Question,
	type Search,
} from '@odoo-platform/odoo-questions';

/** Answers questions by reading from an Odoo, and plans the calls for a command. */
export interface Planner {
	readonly name: 'rules' | 'language_model';
	/**
	 * Takes what records contain for data, never for instructions. The queries are not part of the answer:
	 * {@link ReadingOdoo} records them. Rejects with an `OdooError` where Odoo fails or refuses, with a
	 * {@link ReadingLimitError} where the question takes more queries than it may.
	 */
	answer(question: Question, odoo: ReadingOdoo, options?: Pick<CallOptions, 'signal'>): Promise<Answer>;
}

/** The most queries for one question. */
export const MAX_QUERIES = 30;
/** The longest that all queries for one question may take together, in milliseconds. */
export const MAX_DURATION_MS = 60_000;

/** The question takes more queries than it may. The message, which is for the person who asked, has the limit. */
export class ReadingLimitError extends Error {
	override readonly name = 'ReadingLimitError';
}

/**
 * All that a planner may do with an Odoo: read, within limits. Every query is recorded exactly as it was sent, for the
 * reply to the caller; requests for models and fields, which are cached, and for companies and currencies are not. All methods reject with an
 * `OdooError` (`access_denied` where the user may not read), or with a {@link ReadingLimitError}.
 */
export interface ReadingOdoo extends OdooReader {
	readonly version: OdooVersion;
	/** The queries sent so far. */
	readonly queries: readonly OdooCall[];
}
