import type { Options } from 'mingo/types';
import { isDoc } from './documents';
import { compareValues, tagOf } from './keys';
import { valueAt, valuesAt } from './paths';

/**
 * `$gt`, `$gte`, `$lt` and `$lte` in the order of the indexes. mingo's own operators order strings by UTF-16, and to
 * them NaN equals every number. A value matches only if it has the type of the operand; in an array, each element is
 * compared.
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
