import { z } from 'zod';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import {
	changedKeySchema,
	createdKeySchema,
	keyChange,
	keyRequest,
	keySchema,
	presentKey,
	rotatedKeySchema,
} from './schemas';
import type { KeysService } from './service';

const params = z.strictObject({ key_id: pathId('key') });
// Whoever went back to a smaller plan can still see and revoke what there is.
const read = { by: 'key', permission: 'api_keys:read', plan: 'free' } as const;
const write = { by: 'key', permission: 'api_keys:write', plan: 'free' } as const;

/** `/api/v1/api-keys` */
export const keyRoutes = ({ keys, pager }: { keys: KeysService; pager: Pager }): Route[] => [
	defineRoute({
		method: 'post',
		path: '/api/v1/api-keys',
		operationId: 'createApiKey',
		summary: 'Make an API key that may do no more than the one it is made with; the reply alone shows its token',
		access: { ...write, plan: 'starter' },
		errors: ['organization_denied'],
		input: { body: keyRequest },
		responses: { 201: createdKeySchema },
		handle: async ({ body, caller }) => {
			const { key, token, hmac_secret } = await keys.create(caller, body);
			return reply(201, { ...presentKey(key), token, hmac_secret });
		},
	}),
	listRoute(pager, {
		path: '/api/v1/api-keys',
		operationId: 'listApiKeys',
		summary: 'List API keys, newest first',
		access: read,
		kind: 'key',
		item: keySchema,
		present: presentKey,
		list: ({ caller }, after, limit) => keys.list(caller.tenant, after, limit),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/api-keys/{key_id}',
		operationId: 'getApiKey',
		summary: 'Get an API key, without its token',
		access: read,
		input: { params },
		responses: { 200: keySchema },
		handle: async ({ params: { key_id }, caller }) => reply(200, presentKey(await keys.get(caller.tenant, key_id))),
	}),
	defineRoute({
		method: 'patch',
		path: '/api/v1/api-keys/{key_id}',
		operationId: 'changeApiKey',
		summary: 'Change the name, permissions, expiry or signing of an API key; its token stays',
		access: write,
		errors: ['organization_denied', 'key_revoked', 'hmac_not_supported'],
		input: { params, body: keyChange },
		responses: { 200: changedKeySchema },
		handle: async ({ params: { key_id }, body, caller }) => {
			const { key, hmac_secret } = await keys.change(caller, key_id, body);
			return reply(200, { ...presentKey(key), hmac_secret });
		},
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/api-keys/{key_id}',
		operationId: 'revokeApiKey',
		summary: 'Revoke an API key, for good',
		access: write,
		input: { params },
		responses: { 204: z.undefined() },
		handle: async ({ params: { key_id }, caller }) => {
			await keys.revoke(caller.tenant, key_id);
			return reply(204, undefined);
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/api-keys/{key_id}/rotate-hmac-secret',
		operationId: 'rotateApiKeyHmacSecret',
		summary: 'Give a webhook key a new HMAC secret, or its first; the reply alone shows it',
		access: write,
		errors: ['key_revoked', 'hmac_not_supported'],
		input: { params },
		responses: { 200: rotatedKeySchema },
		handle: async ({ params: { key_id }, caller }) => {
			const { key, hmac_secret } = await keys.rotateHmacSecret(caller.tenant, key_id);
			return reply(200, { ...presentKey(key), hmac_secret });
		},
	}),
];
