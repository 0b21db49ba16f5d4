import type { Clock } from '../../core/clock';
import type { ConnectionId, OrganizationId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { KeyDocument } from './model';

/** Which Odoo connections keys are bound to: asked before a connection goes. */
export interface KeyBindings {
	/** Whether a key that is still good leads to that connection and nowhere else. */
	isBound(organization: OrganizationId, connection: ConnectionId): Promise<boolean>;
}

export const createKeyBindings = ({
	keys,
	clock,
}: {
	keys: TenantCollection<KeyDocument>;
	clock: Clock;
}): KeyBindings => ({
	async isBound(organization, connection_id) {
		const bound = await keys.find(organization, { connection_id, revoked_at: null });
		const now = clock.now();
		return bound.some(({ expires_at }) => expires_at === null || expires_at > now);
	},
});
