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
				'Whether the assistant may plan changes: it answers the plan with a token, and nothing is changed before "Confirm" gets that token',
		},
		optionsField('assistant', ['ask', 'confirm'], [], { context: false }),
	],
	inputs: {},
	async run(item) {
		const data = await item.ask(
			{
				action: 'chat',
				message: item.text('message', 'Message'),
				...(item.flag('allowWrites', 'Allow Writes') && { allow_writes: true }),
			},
			{ weight: Infinity },
		);
		if (!isDataObject(data)) throw item.strangeAnswer('chat');
		return [{ json: data }];
	},
};
