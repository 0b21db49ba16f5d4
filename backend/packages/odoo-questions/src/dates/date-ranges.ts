import { type Match, phrases, phraseTable } from '../text/phrase-table';
import { textOf, type Token } from '../text/tokenizer';
import { plus, startOfDay, UNITS } from './calendar';
import { type DateRange, named, type Period, periodAt, wholeNumber } from './periods';

type Bound = 'within' | 'since' | 'after' | 'before' | 'until';

/** Prepositions that also introduce amounts: the number in `over 2000` is not read as a year. */
const NO_YEARS = phrases('over', 'up to', 'by');

const BOUNDS = phraseTable<Bound>([
	['in', 'within'],
	['on', 'within'],
	['during', 'within'],
	['within', 'within'],
	['for', 'within'],
	['from', 'within'],
	['of', 'within'],
	['dated', 'within'],
	['over', 'within'],
	['since', 'since'],
	['starting', 'since'],
	['on or after', 'since'],
	['after', 'after'],
	['later than', 'after'],
	['newer than', 'after'],
	['before', 'before'],
	['earlier than', 'before'],
	['older than', 'before'],
	['prior to', 'before'],
	['until', 'until'],
	['till', 'until'],
	['by', 'until'],
	['up to', 'until'],
	['through', 'until'],
	['on or before', 'until'],
]);

const AND = phrases('and', 'to');

const TO = phrases('to', 'until', 'till', 'through');

/** A range of days that begins at a token: a period, or one with `since`, `before`, `between … and …` and the like. */
export function dateRangeAt(tokens: readonly Token[], start: number, now: Date): Match<DateRange> | null {
	const between = fromToAt(tokens, start, now);
	if (between) return between;
	const bound = BOUNDS.at(tokens, start);
	if (!bound) return periodAt(tokens, start, now, false);
	const years = !NO_YEARS.at(tokens, start);
	const period = periodAt(tokens, start + bound.length, now, years) ?? agedAt(tokens, start, bound, now);
	if (!period) return null;
	return { value: bounded(bound.value, period.value), length: bound.length + period.length };
}

function bounded(bound: Bound, { from, to, text }: Period): DateRange {
	switch (bound) {
		case 'within':
			return { from, to, text };
		case 'since':
			return { from, text: `since ${text}` };
		case 'after':
			return { from: to, text: `after ${text}` };
		case 'before':
			return { to: from, text: `before ${text}` };
		case 'until':
			return { to, text: `until ${text}` };
	}
}

/** The day that `older than 30 days` counts from: 30 days ago. */
function agedAt(tokens: readonly Token[], start: number, bound: Match<Bound>, now: Date): Match<Period> | null {
	if (!/^(?:older|newer)$/.test(tokens[start]?.stem ?? '')) return null;
	const at = start + bound.length;
	const count = wholeNumber(tokens[at]);
	const unit = UNITS.at(tokens, at + 1);
	if (count === null || count > 10_000 || !unit) return null;
	const from = plus(startOfDay(now), -count, unit.value);
	return { value: named(from, plus(from, 1, 'day'), `${textOf(tokens, at, 2)} ago`), length: 2 };
}

/** `between … and …`, `from … to …` */
function fromToAt(tokens: readonly Token[], start: number, now: Date): Match<DateRange> | null {
	const opening = tokens[start]?.stem;
	if (opening !== 'between' && opening !== 'from') return null;
	const first = periodAt(tokens, start + 1, now, true);
	if (!first) return null;
	const middle = start + 1 + first.length;
	const join = (opening === 'between' ? AND : TO).at(tokens, middle);
	const second = join && periodAt(tokens, middle + join.length, now, true);
	if (!second) return null;
	const text = `from ${first.value.text} to ${second.value.text}`;
	return {
		value: { from: first.value.from, to: second.value.to, text },
		length: 1 + first.length + join.length + second.length,
	};
}
