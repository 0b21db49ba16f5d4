import { isDataObject } from '../../../shared/data';
import type { Operation } from '../operation';

export const connectionGetConfig: Operation = {
	option: {
		name: 'Get Config',
		value: 'getConfig',
		action: 'Get connection config',
		description: 'Get the address, database and user of the Odoo connection, without its secrets',
	},
	// Its options are those of Test.
	properties: [],
	inputs: {},
	async run(item) {
		const data = await item.ask({ action: 'get_config' });
		if (!isDataObject(data)) throw item.strangeAnswer('get_config');
		return [{ json: data }];
	},
};
