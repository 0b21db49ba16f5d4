import { z } from 'zod';
import { requirePermission } from '../../access/authorize';
import { sees } from '../../access/organization-for';
import { notFound } from '../../core/errors';
import { idSchema } from '../../core/ids';
import { pathId } from '../../http/fields';
import { listRoute } from '../../http/list-route';
import type { Pager } from '../../http/page';
import { defineRoute, reply, type Route } from '../../http/route';
import { jobReply, presentJobReply } from '../jobs/schemas';
import { isEnded } from '../jobs/service';
import type { BackupKeys } from './keys';
import type { BackupPoliciesService } from './policies';
import {
	backupKeySchema,
	backupReply,
	backupRequest,
	backupSchema,
	policyRequest,
	policySchema,
	presentBackup,
	presentBackupReply,
	presentPolicy,
	restoreRequest,
} from './schemas';
import type { BackupsService } from './service';

const read = { by: 'key', permission: 'backups:read', plan: 'starter' } as const;
const write = { by: 'key', permission: 'backups:write', plan: 'starter' } as const;
const ofEnvironment = z.strictObject({ environment_id: pathId('environment') });
const ofBackup = z.strictObject({ backup_id: pathId('backup') });

/** `/api/v1/environments/{environment_id}/backups`, and what is done with them */
export const backupRoutes = ({
	backups,
	policies,
	keys,
	pager,
}: {
	backups: BackupsService;
	policies: BackupPoliciesService;
	keys: BackupKeys;
	pager: Pager;
}): Route[] => [
	listRoute(pager, {
		path: '/api/v1/backups',
		operationId: 'listBackups',
		summary: 'List backups, newest first; those of environments that are gone, too',
		access: read,
		filters: {
			environment_id: idSchema('environment')
				.optional()
				.meta({ description: 'Only backups of this environment' }),
		},
		kind: 'backup',
		item: backupSchema,
		present: presentBackup,
		list: ({ caller, query }, after, limit) => backups.list(caller.tenant, query, after, limit),
	}),
	listRoute(pager, {
		path: '/api/v1/environments/{environment_id}/backups',
		operationId: 'listEnvironmentBackups',
		summary: "List an environment's backups, newest first",
		access: read,
		params: ofEnvironment,
		kind: 'backup',
		item: backupSchema,
		present: presentBackup,
		list: ({ caller, params: { environment_id } }, after, limit) =>
			backups.listOf(caller.tenant, environment_id, after, limit),
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/backups',
		operationId: 'createBackup',
		summary: 'Make a backup of an environment, which serves on; answers at once, or with "wait" when it has ended',
		access: write,
		resumable: true,
		errors: ['environment_busy', 'environment_not_deployed', 'environment_not_running'],
		input: { params: ofEnvironment, body: backupRequest },
		responses: { 200: backupReply, 202: backupReply },
		handle: async ({ params, body: { wait, encrypt }, caller, effect_id, signal }) => {
			const { tenant, actor } = caller;
			const request = { reason: 'manual', encrypt, actor, effect_id } as const;
			const queued = await backups.make(tenant, params.environment_id, request);
			const job = wait ? await backups.waitFor(tenant, queued.job._id, signal) : queued.job;
			return reply(isEnded(job) ? 200 : 202, presentBackupReply(job, queued.backup_id));
		},
	}),
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/restore',
		operationId: 'restoreEnvironment',
		summary: "Put a backup in the place of an environment's data; what is there now is kept as a backup first",
		notes:
			'The environment serves on with its own data until the other is ready, and keeps its URL, settings, variables and ' +
			"add-ons. Modules of which it has a newer content are updated. Another environment's backup needs `backups:download` " +
			'besides.',
		access: write,
		resumable: true,
		errors: ['environment_busy', 'environment_not_deployed', 'environments_differ', 'backup_unfinished'],
		input: { params: ofEnvironment, body: restoreRequest },
		responses: { 200: jobReply, 202: jobReply },
		handle: async ({ params, body: { wait, ...request }, caller, effect_id, signal }) => {
			const { tenant, actor } = caller;
			const { environment_id } = await backups.get(tenant, request.backup_id).catch(() => params);
			if (environment_id !== params.environment_id) requirePermission(caller, 'backups:download');
			const queued = await backups.restore(tenant, params.environment_id, { ...request, actor, effect_id });
			const job = wait ? await backups.waitFor(tenant, queued._id, signal) : queued;
			return reply(isEnded(job) ? 200 : 202, presentJobReply(job));
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/environments/{environment_id}/backup-policy',
		operationId: 'getBackupPolicy',
		summary: 'Get how an environment is backed up by itself',
		access: read,
		input: { params: ofEnvironment },
		responses: { 200: policySchema },
		handle: async ({ params, caller }) =>
			reply(200, presentPolicy(await policies.get(caller.tenant, params.environment_id))),
	}),
	defineRoute({
		method: 'put',
		path: '/api/v1/environments/{environment_id}/backup-policy',
		operationId: 'setBackupPolicy',
		summary: 'Set when an environment is backed up by itself, and which of those backups stay',
		access: write,
		input: { params: ofEnvironment, body: policyRequest },
		responses: { 200: policySchema },
		handle: async ({ params, body, caller }) =>
			reply(200, presentPolicy(await policies.set(caller.tenant, params.environment_id, body))),
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/backups/{backup_id}',
		operationId: 'getBackup',
		summary: 'Get a backup',
		access: read,
		input: { params: ofBackup },
		responses: { 200: backupSchema },
		handle: async ({ params, caller }) =>
			reply(200, presentBackup(await backups.get(caller.tenant, params.backup_id))),
	}),
	defineRoute({
		method: 'delete',
		path: '/api/v1/backups/{backup_id}',
		operationId: 'deleteBackup',
		summary: 'Delete a backup with all that it holds',
		access: write,
		errors: ['backup_unfinished', 'backup_store_failed'],
		input: { params: ofBackup },
		responses: { 204: z.undefined() },
		handle: async ({ params, caller }) => {
			await backups.remove(caller.tenant, params.backup_id);
			return reply(204, undefined);
		},
	}),
	defineRoute({
		method: 'get',
		path: '/api/v1/organizations/{organization_id}/backup-key',
		operationId: 'getBackupKey',
		summary: "Get the key that an organization's backups are encrypted with, to keep it elsewhere",
		access: { by: 'key', permission: 'backups:download', plan: 'starter' },
		input: { params: z.strictObject({ organization_id: pathId('organization') }) },
		responses: { 200: backupKeySchema },
		handle: async ({ params, caller }) => {
			if (!sees(caller.tenant, params.organization_id)) throw notFound('organization');
			const { recipient, identity } = await keys.of(params.organization_id);
			return reply(200, { recipient, identity });
		},
	}),
];
