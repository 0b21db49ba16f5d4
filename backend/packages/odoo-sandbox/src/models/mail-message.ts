import { z } from 'zod';
import { char, datetime, html, integer, many2one, selection } from '../fields';
import { onRecords, optional, type Method } from '../method';
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

export const mailFollowers: ModelDeclaration = {
	name: 'mail.followers',
	description: 'Document Followers',
	order: 'id',
	recName: 'res_model',
	fields: {
		res_model: char('Related Document Model Name', { required: true }),
		res_id: integer('Related Document ID', { aggregator: null }),
		partner_id: many2one('res.partner', 'Related Partner', { required: true, ondelete: 'cascade' }),
	},
};

/** `message_post` of the models with a chatter: the message stays with the record, nobody is written to. */
const messagePost = onRecords(
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

const messageSubscribe = onRecords({ partner_ids: z.array(z.int()) }, (env, model, ids, { partner_ids }) => {
	checkExist(env, model, ids);
	const followers = env.model('mail.followers');
	const known = new Set(
		[...env.draft.rows(followers.name).values()].map((row) => followKey(row.res_model, row.res_id, row.partner_id)),
	);
	const added = ids
		.flatMap((id) => partner_ids.map((partner_id) => ({ res_model: model.name, res_id: id, partner_id })))
		.filter((vals) => !known.has(followKey(vals.res_model, vals.res_id, vals.partner_id)));
	createRecords(env, followers, added);
	return true;
});

const followKey = (...parts: readonly unknown[]) => JSON.stringify(parts);

/** The methods of the models that messages can be left with (`mail.thread`). */
export const CHATTER: Readonly<Record<string, Method>> = {
	message_post: messagePost,
	message_subscribe: messageSubscribe,
};
