import { modelLocator, recordLocator } from '../../../shared/odoo-locators';
import { optionsField, outputFieldsOption } from '../../fields';
import { writtenRecord } from '../../reading';
import { inputFields, lookUpOptions, readInput, updateRecord } from '../../writing';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['record'], operation: ['update'] } };

export const recordUpdate: Operation = {
	option: { name: 'Update', value: 'update', action: 'Update record', description: 'Change fields of a record' },
	properties: [
		{ ...modelLocator, displayOptions },
		{ ...recordLocator, displayOptions },
		...inputFields('update', { mode: 'map', resourceMapperMethod: 'getFieldsToUpdate' }),
		optionsField('record', ['update'], [...lookUpOptions, outputFieldsOption]),
	],
	inputs: { model: '"Model"', values: '"Values"', fields: '"Values"', records: '"Record"' },
	async run(item) {
		const id = item.recordId();
		const input = await readInput(item);
		await updateRecord(item, id, input);
		return [{ json: await writtenRecord(item, input.model, id) }];
	},
};
