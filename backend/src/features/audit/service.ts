import type { QueryFilter } from 'mongoose';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { type AuditId, idBefore, type Ids, idSchema, isId, type Tenant } from '../../core/ids';
import type { PlatformEvent } from '../../core/events';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Audit, Deed } from '../../http/audit';
import { sees } from '../../access/organization-for';
import type { Caller } from '../../access/caller';
import type { AuditDocument } from './model';
import type { OwnerOf } from './owner-of';

interface AuditFilter {
	/** The id of a key, or its name. */
	readonly actor?: string | undefined;
	readonly action?: string | undefined;
	/** Then or later. */
	readonly since?: Date | undefined;
}

export interface AuditService {
	/** Newest first. */
	list(tenant: Tenant, filter: AuditFilter, after: AuditId | null, limit: number): Promise<AuditDocument[]>;
	readonly audit: Audit;
	/** Writes down what the service did by itself, once, however often it is called: that webhooks were paused. */
	note(events: readonly PlatformEvent[]): Promise<void>;
}

/** What `webhook.paused` tells. */
const pausedSchema = z.object({ webhook: z.object({ id: idSchema('webhook') }) });

/** What replies say of the thing that was made. */
const madeSchema = z.object({
	id: z.string().nullable().catch(null),
	org_id: idSchema('organization').nullable().catch(null),
});

export function createAuditService({
	entries,
	ownerOf,
	clock,
	ids,
	log,
}: {
	entries: TenantCollection<AuditDocument>;
	ownerOf: OwnerOf;
	clock: Clock;
	ids: Ids;
	log: Logger;
}): AuditService {
	/** Whose thing a request is about; asked before the request is run, which may delete it. */
	const organizationOf = async ({ caller: { tenant }, path_ids: [id] }: Deed) => {
		if (typeof tenant === 'string') return tenant;
		return id === undefined ? null : ownerOf(tenant, id);
	};

	return {
		async note(events) {
			const notes = events
				.filter(({ type }) => type === 'webhook.paused')
				.map(({ id, organization_id, created_at, type, data }) => ({
					// One event, one entry: a second try finds it there.
					_id: idSchema('audit').parse(`aud_${id.slice('evt_'.length)}`),
					organization_id,
					at: created_at,
					actor: 'platform',
					key_id: null,
					on_behalf_of: null,
					action: type,
					resource_id: pausedSchema.parse(data).webhook.id,
					address: null,
					request_id: null,
				}));
			await entries.insertNew(notes);
		},
		list(tenant, { actor, action, since }, after, limit) {
			const id = {
				...(after === null ? {} : { $lt: after }),
				...(since ? { $gte: idBefore('audit', since) } : {}),
			};
			const filter: QueryFilter<AuditDocument> = {
				...(Object.keys(id).length > 0 ? { _id: id } : {}),
				...(since === undefined ? {} : { at: { $gte: since } }),
				...(actor === undefined ? {} : isId('key', actor) ? { key_id: actor } : { actor }),
				...(action === undefined ? {} : { action }),
			};
			return entries.find(tenant, filter, { sort: { _id: -1 }, limit });
		},
		async audit(deed, work) {
			const { caller, action, path_ids, address, request_id } = deed;
			const owner = await organizationOf(deed);
			const begun = { _id: ids.next('audit'), at: clock.now() };
			const reply = await work();
			const made = madeSchema.catch({ id: null, org_id: null }).parse(reply.body);
			const named = made.org_id !== null && sees(caller.tenant, made.org_id) ? made.org_id : null;
			const entry: AuditDocument = {
				...begun,
				organization_id: owner ?? named ?? caller.organization_id,
				at: clock.now(),
				...doerOf(caller),
				action,
				resource_id: path_ids.at(-1) ?? made.id,
				address,
				request_id,
			};
			try {
				await entries.insert(entry);
			} catch (error) {
				// It is done, and cannot be undone for the want of a note.
				log.error({ err: error, entry }, 'a change was made and could not be written to the audit log');
			}
			return reply;
		},
	};
}

/** Who did it, as an entry names them. */
function doerOf(caller: Caller): Pick<AuditDocument, 'actor' | 'key_id' | 'on_behalf_of'> {
	const { actor } = caller;
	switch (caller.kind) {
		case 'key':
			return { actor, key_id: caller.key_id, on_behalf_of: null };
		case 'odoo_login':
		case 'user':
			return { actor, key_id: null, on_behalf_of: null };
		case 'acting':
			return { actor, key_id: null, on_behalf_of: caller.acting_for };
	}
}
