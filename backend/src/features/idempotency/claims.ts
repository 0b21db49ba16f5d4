import type { Connection } from 'mongoose';
import { isDuplicateKey } from '../../database/connection';
import { nullable } from '../../database/fields';
import { sealed } from '../../database/reencrypt';
import { type TenantCollection, tenantCollection } from '../../database/tenant-collection';
import type { Claim, ClaimStore } from '../../http/idempotency';

/** A claim as it is kept. */
export interface ClaimDocument extends Omit<Claim, 'id'> {
	readonly _id: string;
}

export const sealedInClaim = ({ _id, reply }: ClaimDocument) => sealed('reply', reply, _id);

export const claimCollection = (connection: Connection) =>
	tenantCollection<ClaimDocument>(connection, {
		name: 'idempotency_claims',
		fields: {
			request_hash: String,
			effect_id: String,
			owner: String,
			lease_until: Date,
			failed: Boolean,
			reply: nullable(String),
			expires_at: Date,
		},
		indexes: [[{ expires_at: 1 }, { expireAfterSeconds: 0 }]],
	});

const toDocument = ({ id, ...claim }: Claim): ClaimDocument => ({ _id: id, ...claim });
const toClaim = ({ _id, ...claim }: ClaimDocument): Claim => ({ id: _id, ...claim });

/** Keeps the claims of the request pipeline in the database: a feature without routes, as the pipeline knows none. */
export function createClaimStore(claims: TenantCollection<ClaimDocument>): ClaimStore {
	const own = ({ id, effect_id, owner }: Claim) => ({ _id: id, effect_id, owner });
	return {
		async open(claim) {
			for (;;) {
				try {
					await claims.insert(toDocument(claim));
					return null;
				} catch (error) {
					if (!isDuplicateKey(error)) throw error;
				}
				const found = await claims.findOne(claim.organization_id, { _id: claim.id });
				if (found !== null) return toClaim(found);
				// It was removed in between.
			}
		},
		async takeOver(claim, { owner, lease_until }, now) {
			const taken = await claims.update(
				claim.organization_id,
				{ ...own(claim), reply: null, lease_until: { $lte: now } },
				{ $set: { owner, lease_until, failed: false } },
			);
			return taken && toClaim(taken);
		},
		async change(claim, change) {
			await claims.update(claim.organization_id, own(claim), { $set: change });
		},
		async remove(claim) {
			await claims.delete(claim.organization_id, own(claim));
		},
	};
}
