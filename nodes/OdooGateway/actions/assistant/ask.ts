import { isDataObject } from '../../../shared/data';
import { optionsField } from '../../fields';
import type { Operation } from '../operation';

const displayOptions = { show: { resource: ['assistant'], operation: ['ask'] } };

export const assistantAsk: Operation = {
	option: {
		name: 'Ask',
		value: 'ask',
		action: 'Ask assistant',
		description: 'Ask in plain words, and get the answer with the records and the queries behind it',
	},
	properties: [
		{
			displayName: 'Message',
			name: 'message',
			type: 'string',
			typeOptions: { rows: 3 },
			required: true,
			displayOptions,
			default: '',
			placeholder: 'e.g. List all customers with outstanding invoices over $1000',
			description: 'What you want to know of the data in Odoo',
		},
		{
			displayName: 'Allow Writes',
			name: 'allowWrites',
			type: 'boolean',
			displayOptions,
			default: false,
			description:
				'Whether the assistant may propose changes. It answers a plan and a token first, and carries the plan out when it gets the token.',
		},
		optionsField(
			'assistant',
			['ask'],
			[
				{
					displayName: 'Confirm Token',
					name: 'confirm',
					type: 'string',
					typeOptions: { password: true },
					default: '',
					placeholder: 'e.g. ={{ $JSON.confirm_token }}',
					description:
						'The token that came with a plan, to have it carried out; it works once, with "Allow Writes" and the same message',
				},
			],
			{ context: false },
		),
	],
	inputs: {},
	async run(item) {
		const { confirm } = item.options();
		const data = await item.ask(
			{
				action: 'chat',
				message: item.text('message', 'Message'),
				...(item.parameter('allowWrites') === true && { allow_writes: true }),
				...(typeof confirm === 'string' && confirm !== '' && { confirm }),
			},
			{ weight: Infinity },
		);
		if (!isDataObject(data)) throw item.strangeAnswer('chat');
		return [{ json: data }];
	},
};
