import { modelLocator } from '../../../shared/odoo-locators';
import { optionsField, outputFieldsOption } from '../../fields';
import { writtenRecord } from '../../reading';
import { createRecord, inputFields, lookUpOptions, readInput } from '../../writing';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['record'], operation: ['create'] } };

export const recordCreate: Operation = {
	option: { name: 'Create', value: 'create', action: 'Create record', description: 'Create a new record' },
	properties: [
		{ ...modelLocator, displayOptions },
		...inputFields('create', { mode: 'add', resourceMapperMethod: 'getFieldsToCreate' }),
		optionsField('record', ['create'], [...lookUpOptions, outputFieldsOption]),
	],
	inputs: { model: '"Model"', values: '"Values"', fields: '"Values"' },
	async run(item) {
		const input = await readInput(item);
		const id = await createRecord(item, input);
		return [{ json: await writtenRecord(item, input.model, id) }];
	},
};
