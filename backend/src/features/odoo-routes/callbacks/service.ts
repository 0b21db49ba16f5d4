import type { Clock } from '../../../core/clock';
import type { CallbackId, Ids, OrganizationId } from '../../../core/ids';
import type { Logger } from '../../../core/log';
import type { Secrets } from '../../../core/secrets';
import type { Tenant, TenantCollection } from '../../../database/tenant-collection';
import type { Outbound } from '../../../net/outbound';
import { refuseUnreachable } from '../../../net/receiver-url';
import type { CallbackDocument } from './model';

/** After so long without an end, a call's process is taken for dead; no call takes as long. */
const CALL_LIMIT_MS = 15 * 60_000;

interface NewCallback {
	readonly url: string;
	/** The HMAC secret of the key that makes the call. */
	readonly secret: string;
	/** What is posted where the process dies amid the call. */
	readonly interrupted: string;
}

export interface CallbacksService {
	/** Writes down, before a call begins, that somebody waits for its outcome. @throws {ApiError} 422 */
	open(organization: OrganizationId, callback: NewCallback): Promise<CallbackId>;
	/** Queues what is to be posted. The call is done: where this cannot be written, only the log tells of it. */
	finish(organization: OrganizationId, id: CallbackId, body: string): Promise<void>;
	/** Null where there is none, or it is past its time. */
	find(tenant: Tenant, id: CallbackId): Promise<CallbackDocument | null>;
}

export function createCallbacksService({
	callbacks,
	mayReach,
	secrets,
	clock,
	ids,
	notify,
	log,
}: {
	callbacks: TenantCollection<CallbackDocument>;
	mayReach: Outbound['mayReach'];
	secrets: Secrets;
	clock: Clock;
	ids: Ids;
	/** Wakes the worker. */
	notify: () => void;
	log: Logger;
}): CallbacksService {
	return {
		async open(organization_id, { url, secret, interrupted }) {
			refuseUnreachable('/params/vals/callback_url', url, mayReach);
			const _id = ids.next('callback');
			const now = clock.now();
			await callbacks.insert({
				_id,
				organization_id,
				url,
				secret: secrets.encrypt(secret, _id),
				body: interrupted,
				status: 'waiting',
				due_at: new Date(now.getTime() + CALL_LIMIT_MS),
				attempts: [],
				created_at: now,
			});
			return _id;
		},
		async finish(organization, _id, body) {
			try {
				const queued = { body, status: 'pending', due_at: clock.now() } as const;
				await callbacks.update(organization, { _id, status: 'waiting' }, { $set: queued });
				notify();
			} catch (error) {
				log.error(
					{ err: error, callback_id: _id },
					'the outcome of a call could not be queued for its callback',
				);
			}
		},
		find: (tenant, _id) => callbacks.findOne(tenant, { _id }),
	};
}
