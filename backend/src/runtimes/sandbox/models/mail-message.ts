import { z } from 'zod';
import { char, datetime, html, integer, many2one, selection } from '../fields';
import { onRecords, optional } from '../method';
import type { ModelDeclaration } from '../model';
import { checkExist, createRecords } from '../write';

export const mailMessage: ModelDeclaration = {
	name: 'mail.message',
	description: 'Message',
	order: 'id desc',
	recName: 'subject',
	fields: {
		subject: char('Subject'),
		body: html('Contents'),
		model: char('Related Document Model'),
		res_id: integer('Related Document ID', { aggregator: null }),
		author_id: many2one('res.partner', 'Author'),
		date: datetime('Date', { default: (env) => env.timestamp }),
		message_type: selection(
			'Type',
			[
				['comment', 'Comment'],
				['notification', 'System notification'],
				['email', 'Incoming Email'],
			],
			{ required: true, default: () => 'comment' },
		),
	},
};

/** `message_post` of the models with a chatter: the message stays with the record, nobody is written to. */
export const messagePost = onRecords(
	{
		body: z.string().default(''),
		subject: optional(z.string()),
		message_type: z.string().default('notification'),
	},
	(env, model, ids, args) => {
		checkExist(env, model, ids);
		const author = env.record('res.users', env.uid).number('partner_id');
		const messages = createRecords(
			env,
			env.model('mail.message'),
			ids.map((id) => ({ ...args, model: model.name, res_id: id, author_id: author })),
		);
		return env.version < 18 ? messages[0] : messages;
	},
);
