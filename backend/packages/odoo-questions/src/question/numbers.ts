import type { FieldDescription } from '../odoo-reader';
import type { Match } from '../text/phrase-table';
import type { Token } from '../text/tokenizer';
import {
	BETWEEN,
	type Comparison,
	COMPARISONS,
	currencyNamed,
	NUMBER_WORDS,
	OPEN_ENDS,
	OPERATORS,
} from '../vocabulary/comparisons';
import { AND } from '../vocabulary/grammar-words';
import { domainFilter } from './make-filters';
import type { Filter } from './request';

/** A comparison in signs or in words. */
export function comparisonAt(tokens: readonly Token[], start: number): Match<Comparison> | null {
	const token = tokens[start];
	if (token?.kind === 'operator') return { value: OPERATORS[token.text] ?? '=', length: 1 };
	return COMPARISONS.at(tokens, start);
}

/** The currency that a word names. */
export function currencyAt(tokens: readonly Token[], at: number): string | undefined {
	const token = tokens[at];
	return token?.kind === 'word' ? currencyNamed(token) : undefined;
}

interface NumberValue {
	readonly value: number;
	readonly unit?: string;
}

/** `1000`, `$1,000.50`, `1k`, `ten`, `500 euros`; the currency may stand before or after. */
export function numberAt(tokens: readonly Token[], start: number): Match<NumberValue> | null {
	const before = currencyAt(tokens, start);
	const at = start + (before === undefined ? 0 : 1);
	const token = tokens[at];
	if (!token) return null;
	const value = token.value ?? NUMBER_WORDS[token.stem];
	if (value === undefined) return null;
	const after = currencyAt(tokens, at + 1);
	const percent = tokens[at + 1]?.stem === 'percent' ? 'percent' : undefined;
	const unit = token.unit ?? before ?? after ?? percent;
	const length = at + 1 + (token.unit === undefined && before === undefined && (after ?? percent) ? 1 : 0) - start;
	return { value: { value, ...(unit !== undefined && { unit }) }, length };
}

/** A number with its comparison: `over $1000`, `between 10 and 20`, `5 or more`. */
export function comparedNumberAt(tokens: readonly Token[], start: number, bare: boolean) {
	const between = BETWEEN.at(tokens, start);
	if (between) {
		const low = numberAt(tokens, start + between.length);
		const middle = start + between.length + (low?.length ?? 0);
		const and = AND.at(tokens, middle);
		const high = and && numberAt(tokens, middle + and.length);
		if (!low || !high) return null;
		const unit = low.value.unit ?? high.value.unit;
		return {
			operator: '>=' as const,
			value: low.value.value,
			to: high.value.value,
			unit,
			length: middle + and.length + high.length - start,
		};
	}
	const comparison = comparisonAt(tokens, start);
	const at = start + (comparison?.length ?? 0);
	const number = numberAt(tokens, at);
	if (!number) return null;
	const open = comparison ? null : OPEN_ENDS.at(tokens, at + number.length);
	if (!comparison && !open && !bare) return null;
	return {
		operator: comparison?.value ?? open?.value ?? ('=' as const),
		value: number.value.value,
		to: undefined,
		unit: number.value.unit,
		length: at + number.length + (open?.length ?? 0) - start,
	};
}

const OPERATOR_WORDS: Readonly<Record<Comparison, string>> = {
	'=': '',
	'!=': 'other than ',
	'<': 'under ',
	'<=': 'at most ',
	'>': 'over ',
	'>=': 'at least ',
};

/** The filter that compares a field with a number. */
export function numberFilter(
	field: FieldDescription,
	{ operator, value, to }: { operator: Comparison; value: number; to?: number | undefined },
	say: (value: number) => string = String,
): Filter {
	const { name, label } = field;
	if (to !== undefined) {
		const domain = [
			[name, '>=', value],
			[name, '<=', to],
		];
		return domainFilter(domain, `${label} between ${say(value)} and ${say(to)}`, field);
	}
	return domainFilter([[name, operator, value]], `${label} ${OPERATOR_WORDS[operator]}${say(value)}`, field);
}

/** A comparison after a number field. With `bare`, a number alone means equality. */
export function numberFilterAt(
	tokens: readonly Token[],
	start: number,
	field: FieldDescription,
	bare: boolean,
): Match<Filter> | null {
	const number = comparedNumberAt(tokens, start, bare || tokens[start]?.kind === 'number');
	return number && { value: comparedFilter(field, number), length: number.length };
}

/** The filter that compares a field with a number; in which currency that is, is found out when it is answered. */
export function comparedFilter(
	field: FieldDescription,
	number: NonNullable<ReturnType<typeof comparedNumberAt>>,
): Filter {
	const { operator, value, to, unit } = number;
	if (unit === undefined || unit === 'percent') return numberFilter(field, number);
	return { kind: 'amount', field, operator, value, unit, ...(to !== undefined && { to }) };
}
