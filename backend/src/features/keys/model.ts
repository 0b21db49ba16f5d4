import { type Connection } from 'mongoose';
import type { ConnectionId, KeyId, OrganizationId } from '../../core/ids';
import type { Permission } from '../../core/permissions';
import { nullable } from '../../database/fields';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';
import type { KeyScope } from '../../access/caller';

/** An API key; the token itself is not kept. */
export interface KeyDocument {
	readonly _id: KeyId;
	/** Where it is kept, listed and revoked, and whose plan counts; with other scopes than multi_org, also what it sees. */
	readonly organization_id: OrganizationId;
	/** What a key of scope multi_org sees; null with the others. */
	readonly organization_ids: readonly OrganizationId[] | null;
	readonly name: string;
	readonly scope: KeyScope;
	readonly permissions: readonly Permission[];
	readonly token_hash: string;
	/** Encrypted; set where requests must be signed. */
	readonly hmac_secret: string | null;
	readonly connection_id: ConnectionId | null;
	readonly expires_at: Date | null;
	readonly revoked_at: Date | null;
	/** To about a minute. */
	readonly last_used_at: Date | null;
	readonly created_at: Date;
}

export const sealedInKey = ({ _id, hmac_secret }: KeyDocument) => sealed('hmac_secret', hmac_secret, _id);

export const keyCollection = (connection: Connection) =>
	tenantCollection<KeyDocument>(connection, {
		name: 'api_keys',
		fields: {
			name: String,
			organization_ids: nullable([String]),
			scope: String,
			permissions: [String],
			token_hash: String,
			hmac_secret: nullable(String),
			connection_id: nullable(String),
			expires_at: nullable(Date),
			revoked_at: nullable(Date),
			last_used_at: nullable(Date),
			created_at: Date,
		},
		indexes: [[{ organization_id: 1, _id: -1 }]],
	});
