import type { GenericValue } from 'n8n-workflow';
import { isDataObject, isList } from '../shared/data';
import type { Item } from './item';
import { idIn, isNothing } from './scalars';
import { fieldsOf, labelOf } from './values';
import type { Input } from './writing';

/**
 * The domain that finds the record which an item means. "Is not set" is never among its conditions: the record that it
 * finds would be somebody else's.
 *
 * @throws NodeOperationError where there are no fields to match on, or one of them is empty in this item
 */
export async function matchOn(item: Item, { model, values, given, matching }: Input): Promise<GenericValue[][]> {
	if (matching.length === 0) {
		throw item.problem(
			'The parameter "Fields to Match On" is empty',
			'Choose the fields that tell one record from another.',
		);
	}
	const fields = await fieldsOf(item, model);
	return matching.flatMap((name) => {
		const field = fields.get(name);
		const label = field === undefined ? `"${name}"` : labelOf(field);
		const value = values[name];
		const isNo = value === false && field?.type === 'boolean' && (given[name] === false || !isNothing(given[name]));
		const conditions = isDataObject(value) ? Object.entries(value) : [['', value] as const];
		if (!isNo && (conditions.length === 0 || conditions.some(([, wanted]) => isNothing(wanted)))) {
			throw item.problem(
				`${label} is empty, so that no record can be matched on it`,
				'Give it a value, or keep items without one from this node, e.g. by a Filter before it: a record in which it is empty too would be another one.',
			);
		}
		if (conditions.some(([, wanted]) => isList(wanted) || isDataObject(wanted))) {
			throw item.problem(
				`${label} is a list, on which no record can be matched`,
				'Choose fields with a single value in "Fields to Match On".',
			);
		}
		return conditions.map(([key, wanted]) => [
			key === '' ? name : `${name}.${key}`,
			'=',
			key === 'id' ? (idIn(wanted) ?? wanted) : wanted,
		]);
	});
}
