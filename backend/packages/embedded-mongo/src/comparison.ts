import type { Options } from 'mingo/types';
import { isDoc } from './documents';
import { compareValues, tagOf } from './keys';
import { valueAt, valuesAt } from './paths';

/**
 * `$gt`, `$gte`, `$lt` and `$lte` in the order that indexes keep (mingo's own order strings by UTF-16 and lets NaN equal
 * every number): only values of the operand's type are compared, of arrays each element.
 */
export const comparisonOperators = {
	$gt: comparison((order) => order > 0),
	$gte: comparison((order) => order >= 0),
	$lt: comparison((order) => order < 0),
	$lte: comparison((order) => order <= 0),
};

function comparison(holds: (order: number) => boolean) {
	return (selector: string, operand: unknown, _options: Options) => {
		const tag = tagOf(operand);
		return (doc: unknown) => {
			if (!isDoc(doc)) return false;
			const values = Array.isArray(operand) ? [valueAt(doc, selector)] : valuesAt(doc, selector);
			return values.some((value) => tagOf(value) === tag && holds(compareValues(value, operand)));
		};
	};
}
