import { z } from 'zod';

/** A call in Odoo's words, whose clients send more than this (`base_location`) that has no meaning here. */
export const callSchema = z
	.looseObject({
		id: z
			.union([z.string().max(200), z.number()])
			.nullable()
			.default(null)
			.meta({ description: 'Names the call to whoever makes it: comes back with the reply' }),
	})
	.meta({ examples: [{ jsonrpc: '2.0', method: 'call', id: 1, params: {} }] });

/** The request of `/web/session/authenticate`. */
export const loginSchema = callSchema
	.extend({
		params: z
			.looseObject({
				db: z
					.string()
					.min(1)
					.max(100)
					.meta({
						description:
							'The name of a connected database; or the id of its connection, needed where several organizations, or more than ' +
							'five connections, have that name',
					}),
				login: z.string().min(1).max(200).meta({ description: "The user's own login in that Odoo" }),
				password: z.string().min(1).max(1000).meta({
					description:
						"The user's own password or API key in that Odoo; kept encrypted while the session lasts",
				}),
			})
			.meta({ description: 'Who logs in, and to which Odoo' }),
	})
	.meta({
		examples: [
			{
				jsonrpc: '2.0',
				method: 'call',
				params: { db: 'erp', login: 'me@example.com', password: 'correct horse battery staple' },
			},
		],
	});

/** What every reply has (JSON-RPC 2.0, 5). */
const envelope = {
	jsonrpc: z.literal('2.0').meta({ description: 'The version of JSON-RPC; always this' }),
	id: z
		.union([z.string(), z.number(), z.null()])
		.meta({ description: "The request's own; null where it named none" }),
};

/** The part of Odoo's `session_info` that tells who one is and where. */
const sessionInfoSchema = z.object({
	uid: z.int().meta({ description: "The record's id in `res.users`" }),
	db: z.string().meta({ description: 'The name of the database, whatever named it in the request' }),
	username: z.string().meta({ description: 'The login, as Odoo has it' }),
	name: z.string().meta({ description: "The name of the user's contact in Odoo" }),
	server_version: z.string().meta({ description: 'Of Odoo, as it writes it, e.g. `19.0`' }),
});

/** Odoo's words for a login that is not accepted, or lacks a parameter. */
const accessDeniedSchema = z.object({
	code: z.literal(200).meta({ description: "Odoo's code for errors that are no transport's" }),
	message: z.literal('Odoo Server Error').meta({ description: 'Odoo says this of every error' }),
	data: z
		.object({
			name: z.enum(['odoo.exceptions.AccessDenied', 'builtins.TypeError']).meta({
				description: 'What programs should look at; the second where a parameter is missing or wrong',
			}),
			message: z.string().meta({
				description: '`Access Denied`, and no more, so that nobody can guess; or which parameter it is',
			}),
			arguments: z.array(z.string()).meta({ description: 'The same message' }),
			context: z.object({}).meta({ description: 'Empty' }),
			debug: z.literal('').meta({ description: 'Empty, where Odoo may show its innards' }),
		})
		.meta({
			description: 'The same whatever the reason: database, login, password, or an Odoo that does not answer',
		}),
});

/** Whom Odoo lets in, or that it lets nobody in. */
export const loginReplySchema = z
	.union([
		z.object({ ...envelope, result: sessionInfoSchema.meta({ description: 'Who logged in, and where' }) }),
		z.object({
			...envelope,
			error: accessDeniedSchema.meta({ description: 'In place of `result`: nobody was let in' }),
		}),
	])
	.meta({
		id: 'LoginReply',
		examples: [
			{
				jsonrpc: '2.0',
				id: null,
				result: { uid: 7, db: 'erp', username: 'me@example.com', name: 'Marc Demo', server_version: '19.0' },
			},
		],
	});

/** Says nothing, as Odoo does. */
export const logoutReplySchema = z
	.object({
		...envelope,
		result: z.null().meta({ description: 'The same whether there was a session or not' }),
	})
	.meta({ id: 'LogoutReply', examples: [{ jsonrpc: '2.0', id: null, result: null }] });
