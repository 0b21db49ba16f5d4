import type { GenericValue } from 'n8n-workflow';
import { isDataObject, isList } from '../../../shared/data';
import { modelLocator } from '../../../shared/odoo-locators';
import { optionsField, outputFieldsOption } from '../../fields';
import { writtenRecord } from '../../reading';
import { createRecord, inputFields, lookUpOptions, readInput, updateRecord } from '../../writing';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['record'], operation: ['upsert'] } };

export const recordUpsert: Operation = {
	option: {
		name: 'Create or Update',
		value: 'upsert',
		action: 'Create or update record',
		description: 'Create a new record, or update the current one if it already exists (upsert)',
	},
	properties: [
		{ ...modelLocator, displayOptions },
		...inputFields('upsert', {
			mode: 'upsert',
			resourceMapperMethod: 'getFieldsToCreate',
			multiKeyMatch: true,
			matchingFieldsLabels: {
				title: 'Fields to Match On',
				description: 'The fields that decide which record is updated; where none matches, one is created',
				hint: 'Whichever record has the same values in these fields is updated. Where none has, one is created.',
			},
		}),
		{
			displayName: 'Fields to Match On',
			name: 'matchingFields',
			type: 'string',
			required: true,
			displayOptions: { show: { ...displayOptions.show, input: ['json'] } },
			default: '',
			placeholder: 'e.g. email, ref',
			description:
				'The technical names of the fields that decide which record is updated, with commas between them; where none matches, one is created',
		},
		optionsField('record', ['upsert'], [...lookUpOptions, outputFieldsOption]),
	],
	inputs: { model: '"Model"', values: '"Values"', fields: '"Values" and "Fields to Match On"' },
	async run(item) {
		const input = await readInput(item);
		const { model, values, matching } = input;
		const domain = matching.map((name) => matchOn(name, values[name]));
		if (domain.length === 0) {
			throw item.problem(
				'The parameter "Fields to Match On" is empty',
				'Choose the fields that tell one record from another.',
			);
		}
		return item.rounds.inTurn(JSON.stringify([model, domain]), async () => {
			const found = await item.call({
				model,
				method: 'search',
				args: [domain],
				kwargs: { limit: 2, ...item.odooContext() },
			});
			const [match, another] = isList(found) ? found : [];
			if (another !== undefined) {
				throw item.problem(
					`Several records of ${model} match ${matching.map((name) => `"${name}"`).join(', ')}`,
					'Add to "Fields to Match On" until one record at most matches.',
				);
			}
			if (typeof match === 'number') {
				await updateRecord(item, match, input);
				return [{ json: { ...(await writtenRecord(item, model, match)), created: false } }];
			}
			const id = await createRecord(item, input);
			return [{ json: { ...(await writtenRecord(item, model, id)), created: true } }];
		});
	},
};

/** The condition that a field has this value; a relation to look up, such as `{ name: "Azure" }`, is matched by that. */
function matchOn(name: string, value: GenericValue = false): GenericValue[] {
	if (!isDataObject(value)) return [name, '=', value];
	const [[key, wanted] = ['id', false]] = Object.entries(value);
	return [`${name}.${key}`, '=', wanted];
}
