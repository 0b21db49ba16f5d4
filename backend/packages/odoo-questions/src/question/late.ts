import { isoDay, plus, startOfDay, UNITS } from '../dates/calendar';
import type { DateRange } from '../dates/periods';
import type { Match } from '../text/phrase-table';
import { textOf } from '../text/tokenizer';
import { type Comparison, OPEN_ENDS } from '../vocabulary/comparisons';
import { within } from '../vocabulary/domains';
import type { State, Vocabulary } from '../vocabulary/vocabulary';
import { comparisonAt, numberAt } from './numbers';
import type { Reading } from './reading';
import type { Filter } from './request';

/** `more than 30 days overdue`, `overdue by 2 weeks`: late for so long. */
export function lateAt(reading: Reading, start: number, vocabulary: Vocabulary): Match<Filter> | null {
	const { tokens } = reading;
	const before = lateStateAt(reading, start, vocabulary);
	const by = start + (before?.length ?? 0);
	const first = by + (before && /^(?:by|for|since|of)$/.test(tokens[by]?.stem ?? '') ? 1 : 0);
	const comparison = comparisonAt(tokens, first);
	const number = numberAt(tokens, first + (comparison?.length ?? 0));
	if (!number || number.value.unit !== undefined) return null;
	const at = first + (comparison?.length ?? 0) + number.length;
	const unit = UNITS.at(tokens, at);
	if (!unit) return null;
	const open = comparison ? null : OPEN_ENDS.at(tokens, at + unit.length);
	const end = at + unit.length + (open?.length ?? 0);
	const state = before ?? lateStateAt(reading, end, vocabulary);
	if (!state) return null;
	const { domain, amount, since, text } = state.value;
	const day = plus(startOfDay(reading.now), -number.value.value, unit.value);
	const range = rangeOf(comparison?.value ?? open?.value ?? '>=', day);
	if (!range) return null;
	return {
		value: {
			kind: 'domain',
			domain: [...domain, ...within(since, range)],
			text: `${text} by ${textOf(tokens, first, end - first)}: ${since.label} ${range.text}`,
			fields: [since.name],
			...(amount !== undefined && { amount }),
		},
		length: (before ? end : end + state.length) - start,
	};
}

type LateState = State & { readonly since: NonNullable<State['since']> };

function lateStateAt({ tokens }: Reading, at: number, { states }: Vocabulary): Match<LateState> | null {
	const state = states.at(tokens, at);
	const since = state?.value.since;
	return state && since ? { value: { ...state.value, since }, length: state.length } : null;
}

/** The days for “late by …”, where `day` is the one that many days ago. */
function rangeOf(comparison: Comparison, day: Date): DateRange | null {
	const next = plus(day, 1, 'day');
	switch (comparison) {
		case '>':
			return { to: day, text: `before ${isoDay(day)}` };
		case '>=':
			return { to: next, text: `until ${isoDay(day)}` };
		case '<':
			return { from: next, text: `after ${isoDay(day)}` };
		case '<=':
			return { from: day, text: `since ${isoDay(day)}` };
		case '=':
			return { from: day, to: next, text: isoDay(day) };
		case '!=':
			return null;
	}
}
