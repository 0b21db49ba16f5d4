import { firstOf, isDataObject, textAt } from '../../../shared/data';
import { outputFileField } from '../../../shared/file-fields';
import { optionsField } from '../../fields';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['attachment'], operation: ['download'] } };

export const attachmentDownload: Operation = {
	option: {
		name: 'Download',
		value: 'download',
		action: 'Download attachment',
		description: 'Get the file of an attachment',
	},
	properties: [
		{
			displayName: 'Attachment',
			name: 'record',
			type: 'resourceLocator',
			required: true,
			displayOptions,
			default: { mode: 'list', value: '' },
			description: 'The attachment (ir.attachment) with the file',
			modes: [
				{
					displayName: 'From List',
					name: 'list',
					type: 'list',
					typeOptions: { searchListMethod: 'searchAttachments', searchable: true },
				},
				{ displayName: 'By ID', name: 'id', type: 'string', placeholder: 'e.g. 42' },
			],
		},
		outputFileField(displayOptions),
		optionsField('attachment', ['download']),
	],
	inputs: { records: '"Attachment"' },
	async run(item) {
		const field = item.text('binaryField', 'Put Output File in Field');
		const id = item.recordId('Attachment');
		const args = [[id], ['name', 'mimetype', 'res_model', 'res_id', 'datas']];
		const call = { model: 'ir.attachment', method: 'read', args, kwargs: item.odooContext() };
		const found = await item.call(call, { weight: Infinity });
		const attachment = firstOf(found);
		if (!isDataObject(attachment)) {
			throw item.problem(`There is no attachment ${id}`, 'Check "Attachment": it may have been deleted.');
		}
		const { datas, ...json } = attachment;
		if (typeof datas !== 'string') {
			throw item.problem(`The attachment ${id} has no file`, 'It may be a link: read its field "url" instead.');
		}
		const content = Buffer.from(datas, 'base64');
		const data = await item.context.helpers.prepareBinaryData(
			content,
			textAt(attachment, 'name'),
			textAt(attachment, 'mimetype') || undefined,
		);
		return [{ json: { ...json, file_size: content.length }, binary: { [field]: data } }];
	},
};
