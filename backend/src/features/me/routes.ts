import { z } from 'zod';
import { permissionSchema, planSchema } from '../../core/permissions';
import { requireKey } from '../../access/authorize';
import { defineRoute, reply, type Route } from '../../http/route';
import { keySchema, presentKey } from '../keys/schemas';
import type { KeysService } from '../keys/service';
import { organizationSchema, presentOrganization } from '../organizations/schemas';
import type { OrganizationsService } from '../organizations/service';

/** No key sees more organizations than one can name when it is made. */
const MAX_ORGANIZATIONS = 100;

const meSchema = z.object({
	key: keySchema.describe('The key that the request came with'),
	organizations: z.array(organizationSchema).describe('Those that the key sees, newest first'),
	plan: planSchema.describe(
		'What its requests are held against: the plan of the organization that the key belongs to',
	),
	permissions: z.array(permissionSchema).describe('The same as `key.permissions`'),
});

/** `/api/v1/me` */
export const meRoutes = ({
	keys,
	organizations,
}: {
	keys: Pick<KeysService, 'get'>;
	organizations: Pick<OrganizationsService, 'list'>;
}): Route[] => [
	defineRoute({
		method: 'get',
		path: '/api/v1/me',
		operationId: 'getMe',
		summary: 'Tell who the key is: what it sees, and what it may do',
		access: { by: 'key', permission: null, plan: 'free' },
		input: {},
		responses: { 200: meSchema },
		handle: async (request) => {
			const caller = requireKey(request.caller);
			const [key, seen] = await Promise.all([
				keys.get(caller.organization_id, caller.key_id),
				organizations.list(caller.tenant, null, MAX_ORGANIZATIONS),
			]);
			return reply(200, {
				key: presentKey(key),
				organizations: seen.map(presentOrganization),
				plan: caller.plan,
				permissions: [...caller.permissions],
			});
		},
	}),
];
