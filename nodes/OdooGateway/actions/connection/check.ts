import { isDataObject } from '../../../shared/data';
import { optionsField } from '../../fields';
import type { Operation } from '../operation';

export const connectionTest: Operation = {
	option: {
		name: 'Test',
		value: 'test',
		action: 'Test connection',
		description: 'Find out whether the gateway reaches Odoo, and which version answers',
	},
	properties: [optionsField('connection', ['getConfig', 'test'], [], { context: false })],
	inputs: {},
	async run(item) {
		const data = await item.ask({ action: 'test_connection' });
		if (!isDataObject(data)) throw item.strangeAnswer('test_connection');
		return [{ json: data }];
	},
};
