import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { type Permission, permissionSchema } from '../../core/permissions';
import { KEY_SCOPES } from '../../http/caller';
import { organizationField } from '../../http/organization-for';
import { timeSchema } from '../../http/time';
import type { KeyDocument } from './model';

/** What a key of scope webhook can be allowed to do: it opens the Odoo gateway and nothing else. */
const WEBHOOK_PERMISSIONS: readonly Permission[] = ['odoo:read', 'odoo:write'];

const unique = <T>(values: readonly T[]) => [...new Set(values)];

export const keyRequest = z
	.strictObject({
		name: z.string().trim().min(1).max(100),
		scope: z.enum(KEY_SCOPES).default('org'),
		...organizationField,
		org_ids: z.array(idSchema('organization')).min(1).max(100).transform(unique).optional(),
		permissions: z.array(permissionSchema).max(100).transform(unique),
		expires_at: timeSchema.nullable().default(null),
		connection_id: idSchema('connection').nullable().default(null),
		hmac: z.boolean().default(false),
	})
	.superRefine(({ scope, org_id, org_ids, permissions, connection_id, hmac }, context) => {
		const refuse = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
		if (scope === 'multi_org' && org_ids === undefined) refuse(['org_ids'], 'is needed with the scope multi_org');
		if (scope === 'multi_org' && org_id !== undefined) refuse(['org_id'], 'is org_ids with the scope multi_org');
		if (scope !== 'multi_org' && org_ids !== undefined) refuse(['org_ids'], 'needs the scope multi_org');
		if (scope === 'webhook') {
			permissions.forEach((permission, index) => {
				if (WEBHOOK_PERMISSIONS.includes(permission)) return;
				refuse(['permissions', index], `must be of ${WEBHOOK_PERMISSIONS.join(', ')} with the scope webhook`);
			});
			return;
		}
		if (hmac) refuse(['hmac'], 'needs the scope webhook');
		if (connection_id !== null) refuse(['connection_id'], 'needs the scope webhook');
	});

const time = z.iso.datetime().nullable();

export const keySchema = z.object({
	id: idSchema('key'),
	name: z.string(),
	scope: z.enum(KEY_SCOPES),
	/** null with the scope multi_org. */
	org_id: idSchema('organization').nullable(),
	/** null with the other scopes. */
	org_ids: z.array(idSchema('organization')).nullable(),
	permissions: z.array(permissionSchema),
	expires_at: time,
	connection_id: idSchema('connection').nullable(),
	/** Whether requests must be signed. */
	hmac: z.boolean(),
	/** To about a minute. */
	last_used_at: time,
	revoked_at: time,
	created_at: z.iso.datetime(),
});

/** A key just made: the only reply that shows its token. */
export const createdKeySchema = keySchema.extend({ token: z.string(), hmac_secret: z.string().nullable() });

/** A key whose secret was just made: the only reply that shows it. */
export const rotatedKeySchema = keySchema.extend({ hmac_secret: z.string() });

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
