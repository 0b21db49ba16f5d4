import { z } from 'zod';
import { errorCodes } from '../../core/error-codes';
import { idSchema, isId } from '../../core/ids';
import { isSessionPass } from '../../http/caller';
import { organizationField } from '../../http/organization-for';
import { plainHttpUrl } from '../../net/outbound';
import type { OdooConnection } from './describe';

const url = z
	.string()
	.trim()
	.max(2000)
	.refine((text) => plainHttpUrl(text) !== null, 'must be an http or https URL without a user or password')
	.refine((text) => !/[?#]/.test(text), 'must have no query and no fragment: it is where Odoo itself begins')
	.meta({ description: 'Where the Odoo begins, with a path if it has one', examples: ['https://erp.example.com'] });

const secret = z.string().min(1).max(1000);

const settings = {
	name: z
		.string()
		.trim()
		.min(1)
		.max(100)
		.refine((name) => !isId('connection', name) && !isSessionPass(name), 'must not look like an id'),
	url,
	database: z
		.string()
		.max(100)
		.regex(/^[\x21-\x7e]+$/, 'must be the name of a database'),
	login: z.string().min(1).max(200),
	api_key: secret.optional(),
	password: secret.optional(),
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
	.meta({ id: 'OdooConnectionChange' });

const version = z.string().meta({ description: 'As Odoo writes it, e.g. `19.0`' });
const transport = z.enum(['json-2', 'json-rpc']).meta({ description: 'How Odoo is called; found out by its version' });

export const connectionSchema = z
	.object({
		id: idSchema('connection'),
		org_id: idSchema('organization'),
		name: z.string(),
		url: z.string(),
		database: z.string(),
		login: z.string(),
		default: z.boolean(),
		environment_id: idSchema('environment')
			.nullable()
			.meta({ description: 'The environment whose own connection it is; null for an Odoo elsewhere' }),
		version,
		transport,
		last_checked_at: z.iso
			.datetime()
			.nullable()
			.meta({ description: "When it was last found to work; null for an environment's own" }),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'OdooConnection' });

export const presentConnection = ({ _id, organization_id, last_checked_at, created_at, ...rest }: OdooConnection) => ({
	...rest,
	id: _id,
	org_id: organization_id,
	last_checked_at: last_checked_at?.toISOString() ?? null,
	created_at: created_at.toISOString(),
});

export const connectionTestSchema = z
	.object({
		ok: z.boolean(),
		version: version.nullable(),
		transport: transport.nullable(),
		user: z
			.object({ id: z.int(), login: z.string(), name: z.string() })
			.nullable()
			.meta({ description: 'Who the connection works as' }),
		error: z
			.object({ code: z.enum(errorCodes), message: z.string() })
			.nullable()
			.meta({ description: 'What is wrong; null where nothing is' }),
	})
	.meta({ id: 'OdooConnectionTest' });
