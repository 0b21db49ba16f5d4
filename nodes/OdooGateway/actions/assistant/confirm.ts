import { isDataObject } from '../../../shared/data';
import type { Operation } from '../operation';

export const assistantConfirm: Operation = {
	option: {
		name: 'Confirm',
		value: 'confirm',
		action: 'Confirm plan of assistant',
		description: 'Have the changes carried out that the assistant has planned',
	},
	// Its options are those of Ask.
	properties: [
		{
			displayName: 'Confirm Token',
			name: 'token',
			type: 'string',
			typeOptions: { password: true },
			required: true,
			displayOptions: { show: { resource: ['assistant'], operation: ['confirm'] } },
			default: '',
			placeholder: 'e.g. {{ $json.confirm_token }}',
			description: 'The token that came with the plan; it works once, within ten minutes',
		},
	],
	inputs: {},
	async run(item) {
		const confirm = item.text('token', 'Confirm Token');
		const data = await item.ask({ action: 'chat', confirm }, { weight: Infinity });
		if (!isDataObject(data)) throw item.strangeAnswer('chat');
		return [{ json: data }];
	},
};
