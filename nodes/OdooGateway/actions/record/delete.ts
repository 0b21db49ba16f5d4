import { modelLocator, recordLocator } from '../../../shared/odoo-locators';
import { optionsField } from '../../fields';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['record'], operation: ['delete'] } };

export const recordDelete: Operation = {
	option: {
		name: 'Delete',
		value: 'delete',
		action: 'Delete record',
		description: 'Delete a record permanently',
	},
	properties: [
		{ ...modelLocator, displayOptions },
		{ ...recordLocator, displayOptions },
		optionsField('record', ['delete']),
	],
	inputs: { model: '"Model"', records: '"Record"' },
	async run(item) {
		await item.call({
			model: item.model(),
			method: 'unlink',
			args: [[item.recordId()]],
			kwargs: item.odooContext(),
		});
		return [{ json: { deleted: true } }];
	},
};
