import { z } from 'zod';
import { errorCodes } from '../../core/error-codes';
import { idSchema, isId } from '../../core/ids';
import { createdAt, ownerId, ownId } from '../../http/fields';
import { organizationField } from '../../access/organization-for';
import { plainHttpUrl } from '../../net/outbound';
import { isOdooPage } from '../../odoo/base-url';
import type { OdooConnection } from './describe';

const url = z
	.string()
	.trim()
	.max(2000)
	.refine((text) => plainHttpUrl(text) !== null, 'must be an http or https URL without a user or password')
	.refine(
		(text) => !/[?#]/.test(text) || isOdooPage(text),
		'must have no query and no fragment: it is where Odoo itself begins',
	)
	.meta({
		description:
			'Where the Odoo begins, with a path if it has one: http or https, without user, query or fragment; or a page of ' +
			'it as the browser shows it (`/odoo/…`, `/web#…`), of which what stands before is kept. On the public internet, unless the configuration of the service opens other ranges',
		examples: ['https://erp.example.com'],
	});

const secret = z.string().min(1).max(1000);

const settings = {
	name: z
		.string()
		.trim()
		.min(1)
		.max(100)
		.refine((name) => !isId('connection', name), 'must not look like an id')
		.meta({
			description: 'Unique in the organization, the names of its environments included; must not look like an id',
		}),
	url,
	database: z
		.string()
		.max(100)
		.regex(/^[\x21-\x7e]+$/, 'must be the name of a database')
		.meta({ description: 'The name of the database on that Odoo; printable ASCII without spaces' }),
	login: z.string().min(1).max(200).meta({
		description: 'The login of the user there whose rights count for every call',
	}),
	api_key: secret.optional().meta({
		description: "An API key of that user's; kept encrypted and never shown. This or `password`",
	}),
	password: secret.optional().meta({
		description:
			"That user's password, for an Odoo without API keys; kept encrypted and never shown. Not with `api_key`",
	}),
	default: z
		.boolean()
		.optional()
		.meta({ description: 'Whether it serves where a request names no connection; the one before no longer does' }),
};

const ONE_SECRET = 'must not be sent beside api_key: one of them is enough';

export const connectionRequest = z
	.strictObject({ ...organizationField, ...settings })
	.superRefine(({ api_key, password }, context) => {
		if (api_key !== undefined && password !== undefined) {
			context.addIssue({ code: 'custom', path: ['password'], message: ONE_SECRET });
		}
		if (api_key === undefined && password === undefined) {
			context.addIssue({ code: 'custom', path: ['api_key'], message: 'or password is needed' });
		}
	})
	.meta({
		id: 'OdooConnectionRequest',
		examples: [
			{
				name: 'production',
				url: 'https://erp.example.com',
				database: 'erp',
				login: 'integration@example.com',
				api_key: '0123456789abcdef0123456789abcdef01234567',
				default: true,
			},
		],
	});

export const connectionChange = z
	.strictObject(settings)
	.partial()
	.superRefine(({ api_key, password }, context) => {
		if (api_key !== undefined && password !== undefined) {
			context.addIssue({ code: 'custom', path: ['password'], message: ONE_SECRET });
		}
	})
	.meta({ id: 'OdooConnectionChange', examples: [{ default: true }] });

const version = z.string().meta({ description: 'Of Odoo, as it writes it, e.g. `19.0`, `saas~18.2+e`' });
const transport = z
	.enum(['json-2', 'json-rpc'])
	.meta({ description: 'How Odoo is called: `json-2` from 19.0 on with an API key, else `json-rpc`' });

export const connectionSchema = z
	.object({
		id: ownId('connection'),
		org_id: ownerId,
		name: z
			.string()
			.meta({ description: "Unique among those that were added; an environment's own has that one's name" }),
		url: z.string().meta({ description: 'Where the Odoo begins' }),
		database: z.string().meta({ description: 'The name of the database on that Odoo' }),
		login: z.string().meta({ description: 'The user there whose rights count for every call' }),
		default: z.boolean().meta({
			description: 'Whether it serves where a request names none; of an organization at most one is',
		}),
		environment_id: idSchema('environment')
			.nullable()
			.meta({ description: 'The environment whose own connection it is; null for an Odoo elsewhere' }),
		version,
		transport,
		last_checked_at: z.iso
			.datetime()
			.nullable()
			.meta({ description: "When it was last found to work; null for an environment's own" }),
		created_at: createdAt,
	})
	.meta({
		id: 'OdooConnection',
		examples: [
			{
				id: 'con_01HXMZ3B9TK6R5T7V9X1Z3B5C7',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				name: 'production',
				url: 'https://erp.example.com',
				database: 'erp',
				login: 'integration@example.com',
				default: true,
				environment_id: null,
				version: '19.0',
				transport: 'json-2',
				last_checked_at: '2026-05-04T10:31:05.219Z',
				created_at: '2026-05-04T10:31:05.220Z',
			},
		],
	});

export const presentConnection = ({ _id, organization_id, last_checked_at, created_at, ...rest }: OdooConnection) => ({
	...rest,
	id: _id,
	org_id: organization_id,
	last_checked_at: last_checked_at?.toISOString() ?? null,
	created_at: created_at.toISOString(),
});

export const connectionTestSchema = z
	.object({
		ok: z.boolean().meta({ description: 'Whether the login worked just now; if not, `error` says why' }),
		version: version.nullable().meta({ description: 'Of Odoo, as it writes it; null where the login failed' }),
		transport: transport.nullable().meta({ description: 'How Odoo is called; null where the login failed' }),
		user: z
			.object({
				id: z.int().meta({ description: "The record's id in `res.users`" }),
				login: z.string().meta({ description: 'As Odoo has it' }),
				name: z.string().meta({ description: "The name of the user's contact in Odoo" }),
			})
			.nullable()
			.meta({ description: 'Who the connection works as; null where the login failed' }),
		error: z
			.object({
				code: z.enum(errorCodes).meta({ description: 'Stable: one of those that begin with `odoo_`' }),
				message: z.string().meta({ description: 'What happened and what to do about it, for people' }),
			})
			.nullable()
			.meta({ description: 'What is wrong; null where nothing is' }),
	})
	.meta({
		id: 'OdooConnectionTest',
		examples: [
			{
				ok: true,
				version: '19.0',
				transport: 'json-2',
				user: { id: 7, login: 'integration@example.com', name: 'Integration' },
				error: null,
			},
		],
	});
