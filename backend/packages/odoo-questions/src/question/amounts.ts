import type { Match } from '../text/phrase-table';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { comparedFilter, comparedNumberAt } from './numbers';
import type { Reading } from './reading';
import type { Filter } from './request';

/** Only a comparison that names its field, as in `less than 10 in stock`; others may be about a number of records. */
export const numberOf = (match: Match<Filter> | null) => {
	const filter = match?.value;
	return filter?.kind === 'domain' || (filter?.kind === 'amount' && filter.field) ? match : null;
};

/** A comparison with no field before it: `over $1000`, `less than 10 in stock`. */
export function amountAt({ tokens }: Reading, start: number, { fields }: Vocabulary): Match<Filter> | null {
	const number = comparedNumberAt(tokens, start, false);
	if (!number) return null;
	const next = start + number.length;
	const of = /^(?:in|of|worth|item)$/.test(tokens[next]?.stem ?? '') ? 1 : 0;
	const field = fields.at(tokens, next) ?? (of ? fields.at(tokens, next + of) : null);
	if (field && ['integer', 'float', 'monetary'].includes(field.value.type)) {
		const skipped = fields.at(tokens, next) ? 0 : of;
		return { value: comparedFilter(field.value, number), length: number.length + skipped + field.length };
	}
	const { operator, value, to, unit, length } = number;
	return {
		value: {
			kind: 'amount',
			operator,
			value,
			...(to !== undefined && { to }),
			...(unit !== undefined && { unit }),
		},
		length,
	};
}
