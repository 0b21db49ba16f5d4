import { firstOf, isDataObject } from '../../../shared/data';
import { modelLocator, recordLocator } from '../../../shared/odoo-locators';
import { optionsField, readFields } from '../../fields';
import { wantedFields } from '../../reading';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['record'], operation: ['get'] } };

export const recordGet: Operation = {
	option: { name: 'Get', value: 'get', action: 'Get record', description: 'Get one record by its ID' },
	properties: [
		{ ...modelLocator, displayOptions },
		{ ...recordLocator, displayOptions },
		...readFields('get'),
		optionsField('record', ['get']),
	],
	inputs: { model: '"Model"', fields: '"Field Names or IDs"', records: '"Record"' },
	async run(item) {
		const [model, id] = [item.model(), item.recordId()];
		const kwargs = item.odooContext();
		const fields = await wantedFields(item, model);
		const records = await item.call({ model, method: 'read', args: [[id], fields], kwargs });
		const record = firstOf(records);
		if (isDataObject(record)) return [{ json: record }];
		throw item.problem(
			`There is no record ${id} of ${model}`,
			'Check "Record": it may have been deleted in the meantime.',
		);
	},
};
