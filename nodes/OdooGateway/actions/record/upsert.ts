import { isList } from '../../../shared/data';
import { modelLocator } from '../../../shared/odoo-locators';
import { archivedContext, includeArchivedOption, optionsField, outputFieldsOption } from '../../fields';
import { matchOn } from '../../matching';
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
				hint: 'Whichever record has the same values in these fields is updated; where none has, one is created. Archived records are not seen, unless the option "Include Archived" says so. An item with an empty value in one of them is refused.',
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
			hint: 'Archived records are not seen, unless the option "Include Archived" says so. An item with an empty value in one of these fields is refused.',
		},
		optionsField(
			'record',
			['upsert'],
			[
				...lookUpOptions,
				outputFieldsOption,
				{ ...includeArchivedOption, description: 'Whether to look among archived records too' },
			],
		),
	],
	inputs: { model: '"Model"', values: '"Values"', fields: '"Values" and "Fields to Match On"' },
	async run(item) {
		const input = await readInput(item);
		const { model, matching } = input;
		const domain = await matchOn(item, input);
		return item.rounds.inTurn(JSON.stringify([model, domain]), async () => {
			const found = await item.call({
				model,
				method: 'search',
				args: [domain],
				kwargs: { limit: 2, ...archivedContext(item) },
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
