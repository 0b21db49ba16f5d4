import { type Id, type IdKind, isId, type OrganizationId, type Tenant } from '../../core/ids';

/** Whose thing an id names; null where that is not known. Rejects with an `ApiError` 404 where there is none. */
export type OwnerOf = (tenant: Tenant, id: string) => Promise<OrganizationId | null>;

interface Holder<K extends IdKind> {
	/** @throws {ApiError} 404 */
	get(tenant: Tenant, id: Id<K>): Promise<{ readonly organization_id: OrganizationId }>;
}

/** Knows the owners of one kind of thing, and of nothing else. */
export const ownerIn =
	<K extends IdKind>(kind: K, holder: Holder<K>): OwnerOf =>
	async (tenant, id) =>
		isId(kind, id) ? (await holder.get(tenant, id)).organization_id : null;

/** Knows what any of these knows. */
export const firstOwner =
	(owners: readonly OwnerOf[]): OwnerOf =>
	async (tenant, id) => {
		for (const ownerOf of owners) {
			const owner = await ownerOf(tenant, id);
			if (owner !== null) return owner;
		}
		return null;
	};
