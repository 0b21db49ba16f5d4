import type { Clock } from '../../../core/clock';
import type { CallbackId, Ids, OrganizationId, Tenant } from '../../../core/ids';
import type { Logger } from '../../../core/log';
import type { Secrets } from '../../../core/secrets';
import type { TenantCollection } from '../../../database/tenant-collection';
import type { Outbound } from '../../../net/outbound';
import { refuseUnreachable } from '../../../net/receiver-url';
import type { CallbackDocument } from './model';

/** If a call has not ended after this time, its process is taken to be dead. No call lasts that long. */
const CALL_LIMIT_MS = 15 * 60_000;

interface NewCallback {
	readonly url: string;
	/** The HMAC secret of the key that makes the call. */
	readonly secret: string;
	/** The body that is posted if the process dies during the call. */
	readonly interrupted: string;
}

export interface CallbacksService {
	/** Stores a callback before its call begins, so that a crash cannot lose it. @throws {ApiError} 422 */
	open(organization: OrganizationId, callback: NewCallback): Promise<CallbackId>;
	/** Queues the body to post. Never rejects, because the call is done: a failure is only logged. */
	finish(organization: OrganizationId, id: CallbackId, body: string): Promise<void>;
	/** Null if there is none, or its retention has ended. */
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
