import type { KeyCaller } from '../../backend/src/access/caller';
import { systemClock } from '../../backend/src/core/clock';
import { createIds } from '../../backend/src/core/ids';

/** The holder of a platform key of an organization, on the largest plan and without permissions unless told otherwise. */
export function keyCaller(asked: Partial<KeyCaller> = {}): KeyCaller {
	const ids = createIds(systemClock);
	const organization_id = asked.organization_id ?? ids.next('organization');
	return {
		kind: 'key',
		key_id: ids.next('key'),
		scope: 'org',
		organization_id,
		tenant: organization_id,
		plan: 'agency',
		permissions: new Set(),
		actor: 'test',
		connection_id: null,
		hmac_secret: null,
		...asked,
	};
}
