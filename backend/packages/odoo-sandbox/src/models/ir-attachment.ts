import { binary, boolean, char, integer, many2one, selection, text } from '../fields';
import type { ModelDeclaration } from '../model';

export const irAttachment: ModelDeclaration = {
	name: 'ir.attachment',
	description: 'Attachment',
	order: 'id desc',
	fields: {
		name: char('Name', { required: true }),
		description: text('Description'),
		res_model: char('Resource Model'),
		res_id: integer('Resource ID', { aggregator: null }),
		type: selection(
			'Type',
			[
				['url', 'URL'],
				['binary', 'File'],
			],
			{ required: true, default: () => 'binary' },
		),
		url: char('Url'),
		public: boolean('Is public document'),
		datas: binary('File Content (base64)'),
		mimetype: char('Mime Type', { default: () => 'application/octet-stream' }),
		file_size: integer('File Size', {
			compute: (attachment) => Buffer.byteLength(attachment.text('datas'), 'base64'),
			store: true,
		}),
		company_id: many2one('res.company', 'Company', { default: () => 1 }),
	},
};
