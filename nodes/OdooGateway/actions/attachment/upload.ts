import { modelLocator, recordLocator } from '../../../shared/odoo-locators';
import { optionsField } from '../../fields';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['attachment'], operation: ['upload'] } };

export const attachmentUpload: Operation = {
	option: {
		name: 'Upload',
		value: 'upload',
		action: 'Upload attachment',
		description: 'Attach a file to a record',
	},
	properties: [
		{ ...modelLocator, displayOptions, description: 'The model of the record to attach the file to' },
		{ ...recordLocator, displayOptions, description: 'The record to attach the file to' },
		{
			displayName: 'Input Binary Field',
			name: 'binaryField',
			type: 'string',
			required: true,
			displayOptions,
			default: 'data',
			placeholder: 'e.g. data',
			hint: 'The name of the input field with the file',
			description: 'The name of the binary field of the item that holds the file',
		},
		optionsField(
			'attachment',
			['upload'],
			[
				{
					displayName: 'File Name',
					name: 'fileName',
					type: 'string',
					default: '',
					placeholder: 'e.g. contract.pdf',
					description: 'What the file is called in Odoo, instead of its own name',
				},
			],
		),
	],
	inputs: { model: '"Model"', values: '"Input Binary Field"', records: '"Record"' },
	async run(item) {
		const [res_model, res_id, field] = [
			item.model(),
			item.recordId(),
			item.text('binaryField', 'Input Binary Field'),
		];
		const { fileName, mimeType } = item.context.helpers.assertBinaryData(item.index, field);
		const content = await item.context.helpers.getBinaryDataBuffer(item.index, field);
		const { fileName: wanted } = item.options();
		const values = {
			name: typeof wanted === 'string' && wanted !== '' ? wanted : (fileName ?? field),
			datas: content.toString('base64'),
			mimetype: mimeType,
			res_model,
			res_id,
		};
		const id = await item.call({
			model: 'ir.attachment',
			method: 'create',
			args: [values],
			kwargs: item.odooContext(),
		});
		return [{ json: { id, name: values.name, mimetype: mimeType, file_size: content.length, res_model, res_id } }];
	},
};
