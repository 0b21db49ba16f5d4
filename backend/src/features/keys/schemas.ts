import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { type Permission, permissionSchema } from '../../core/permissions';
import { KEY_SCOPES } from '../../access/caller';
import { createdAt, ownId } from '../../http/fields';
import { organizationField } from '../../access/organization-for';
import { timeSchema } from '../../http/time';
import type { KeyDocument } from './model';

/** What a key of scope webhook can be allowed to do: it opens the Odoo gateway and nothing else. */
const WEBHOOK_PERMISSIONS: readonly Permission[] = ['odoo:read', 'odoo:write'];

const unique = <T>(values: readonly T[]) => [...new Set(values)];

const scope = z
	.enum(KEY_SCOPES)
	.describe(
		'`org`: one organization; `multi_org`: several; `webhook`: the Odoo gateway and the five routes, nothing else',
	);

const permissions = z
	.array(permissionSchema)
	.max(100)
	.transform(unique)
	.describe(
		'What it may do: nothing that the key which makes or changes it may not; with the scope `webhook` only ' +
			`${WEBHOOK_PERMISSIONS.map((permission) => `\`${permission}\``).join(' and ')}, both where it is left out`,
	);

/** A secret of one's own: of so many and so different characters that nobody guesses it. */
const hmacSecret = z
	.string()
	.regex(/^[\x21-\x7e]{32,256}$/, 'must be 32 to 256 printable ASCII characters without spaces')
	.refine((secret) => new Set(secret).size >= 10, 'must have at least 10 different characters; make it at random')
	.describe('What requests are signed with, in place of one that is made here; never shown');

/** What can be changed of a key. */
export const keyChange = z
	.strictObject({
		name: z.string().trim().min(1).max(100).describe('What the audit log and `actor` call whoever uses it'),
		permissions,
		expires_at: timeSchema.nullable().describe('From when on it is refused, a time in the future; null: never'),
		hmac: z
			.boolean()
			.describe('Whether its requests must be signed: with the secret that it has, or else with a new one'),
		hmac_secret: hmacSecret,
	})
	.partial()
	.superRefine(({ hmac, hmac_secret }, context) => {
		if (hmac !== false || hmac_secret === undefined) return;
		context.addIssue({ code: 'custom', path: ['hmac_secret'], message: 'must not be sent where hmac is false' });
	})
	.meta({ id: 'ApiKeyChange', examples: [{ name: 'n8n, new', hmac: true }] });

export const keyRequest = z
	.strictObject({
		name: z
			.string()
			.trim()
			.min(1)
			.max(100)
			.describe('What the audit log and `actor` call whoever uses it; need not be unique'),
		scope: scope.default('org'),
		...organizationField,
		org_ids: z
			.array(idSchema('organization'))
			.min(1)
			.max(100)
			.transform(unique)
			.optional()
			.describe(
				'What a key of scope `multi_org` sees, all of which the key that makes it must see; for that scope alone, in place of `org_id`',
			),
		permissions: permissions.optional(),
		expires_at: timeSchema
			.nullable()
			.default(null)
			.describe('From when on it is refused, a time in the future; null: never'),
		connection_id: idSchema('connection')
			.nullable()
			.default(null)
			.describe(
				'The only Odoo connection that it leads to, for the scope `webhook` alone; null: any of the organization',
			),
		hmac: z
			.boolean()
			.optional()
			.describe(
				'Whether its requests must be signed (`X-HMAC-Signature`), for the scope `webhook` alone; where it is left out, ' +
					'they must if `hmac_secret` is sent',
			),
		hmac_secret: hmacSecret.optional(),
	})
	.superRefine(({ scope, org_id, org_ids, permissions, connection_id, hmac, hmac_secret }, context) => {
		const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
		const isUnset = permissions === undefined;
		if (scope === 'multi_org' && org_ids === undefined) refuse(['org_ids'], 'is needed with the scope multi_org');
		if (scope === 'multi_org' && org_id !== undefined) refuse(['org_id'], 'is org_ids with the scope multi_org');
		if (scope !== 'multi_org' && org_ids !== undefined) refuse(['org_ids'], 'needs the scope multi_org');
		if (hmac === false && hmac_secret !== undefined)
			refuse(['hmac_secret'], 'must not be sent where hmac is false');
		if (scope === 'webhook') {
			permissions?.forEach((permission, index) => {
				if (WEBHOOK_PERMISSIONS.includes(permission)) return;
				refuse(['permissions', index], `must be of ${WEBHOOK_PERMISSIONS.join(', ')} with the scope webhook`);
			});
			return;
		}
		if (isUnset) refuse(['permissions'], 'is required');
		if (hmac) refuse(['hmac'], 'needs the scope webhook');
		if (hmac_secret !== undefined) refuse(['hmac_secret'], 'needs the scope webhook');
		if (connection_id !== null) refuse(['connection_id'], 'needs the scope webhook');
	})
	.transform(({ permissions = WEBHOOK_PERMISSIONS, hmac, ...request }) => ({
		...request,
		permissions,
		hmac: hmac ?? request.hmac_secret !== undefined,
	}))
	.meta({
		id: 'ApiKeyRequest',
		examples: [
			{ name: 'ci', permissions: ['environments:read', 'deployments:read', 'deployments:trigger'] },
			{ name: 'n8n', scope: 'webhook', permissions: ['odoo:read', 'odoo:write'], hmac: true },
		],
	});

const time = z.iso.datetime().nullable();

const exampleKey = {
	id: 'key_01HXMZ1M7SK5R5T7V9X1Z3B5C7',
	name: 'n8n',
	scope: 'webhook',
	org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
	org_ids: null,
	permissions: ['odoo:read', 'odoo:write'],
	expires_at: null,
	connection_id: null,
	hmac: true,
	last_used_at: '2026-05-07T14:23:11.000Z',
	revoked_at: null,
	created_at: '2026-05-04T09:20:33.871Z',
};

const exampleSecret = '3f5a9c0d1e2b47865a9c0d1e2b4786f03f5a9c0d1e2b47865a9c0d1e2b4786f0';

export const keySchema = z
	.object({
		id: ownId('key'),
		name: z.string().describe('What the audit log and `actor` call whoever uses it; not unique'),
		scope,
		org_id: idSchema('organization')
			.nullable()
			.describe('The organization that it sees; null with the scope `multi_org`'),
		org_ids: z
			.array(idSchema('organization'))
			.nullable()
			.describe('The organizations that it sees; null with every other scope'),
		permissions: z.array(permissionSchema).describe('What it may do; routes say which they need'),
		expires_at: time.describe('From when on it is refused; null: never'),
		connection_id: idSchema('connection')
			.nullable()
			.describe('The only Odoo connection that it leads to; null where it is bound to none'),
		hmac: z.boolean().describe('Whether its requests must be signed (`X-HMAC-Signature`)'),
		last_used_at: time.describe('To about a minute; null where it never was'),
		revoked_at: time.describe('Since when it is refused for good; null where it was not revoked'),
		created_at: createdAt,
	})
	.meta({ id: 'ApiKey', examples: [exampleKey] });

/** A key just made: the only reply that shows its token. */
export const createdKeySchema = keySchema
	.extend({
		token: z
			.string()
			.describe(
				'The key itself, shown here and never again: `sk_live_…` with the scope `webhook`, else `oec_live_…`',
			),
		hmac_secret: z
			.string()
			.nullable()
			.describe('The secret that was made, shown here and never again; null where none was, or one was sent'),
	})
	.meta({
		id: 'CreatedApiKey',
		examples: [{ ...exampleKey, last_used_at: null, token: 'sk_live_…', hmac_secret: exampleSecret }],
	});

/** A key that was changed. */
export const changedKeySchema = keySchema
	.extend({
		hmac_secret: z
			.string()
			.nullable()
			.describe('The secret that was made, shown here and never again; null where none was'),
	})
	.meta({ id: 'ChangedApiKey', examples: [{ ...exampleKey, hmac_secret: null }] });

/** A key whose secret was just made: the only reply that shows it. */
export const rotatedKeySchema = keySchema
	.extend({
		hmac_secret: z
			.string()
			.describe(
				'What its requests are signed with from now on, shown here and never again; the one before is void',
			),
	})
	.meta({ id: 'RotatedApiKey', examples: [{ ...exampleKey, hmac_secret: exampleSecret }] });

const iso = (date: Date | null) => date?.toISOString() ?? null;

export const presentKey = (key: KeyDocument) => ({
	id: key._id,
	name: key.name,
	scope: key.scope,
	org_id: key.organization_ids === null ? key.organization_id : null,
	org_ids: key.organization_ids === null ? null : [...key.organization_ids],
	permissions: [...key.permissions],
	expires_at: iso(key.expires_at),
	connection_id: key.connection_id,
	hmac: key.hmac_secret !== null,
	last_used_at: iso(key.last_used_at),
	revoked_at: iso(key.revoked_at),
	created_at: key.created_at.toISOString(),
});
