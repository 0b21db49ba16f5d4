import { randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import type { Clock } from '../../core/clock';
import type { OrganizationId, UserId, Tenant } from '../../core/ids';
import type { Collection } from '../../database/collection';
import type { TenantCollection } from '../../database/tenant-collection';
import type { MemberDocument, UserDocument } from './model';
import type { OrganizationsService } from './service';

/** A user as an organization sees them. */
export interface Member extends Pick<UserDocument, '_id' | 'email' | 'name'>, Pick<MemberDocument, 'role'> {}

export interface MembersService {
	/** Newest users first. @throws {ApiError} 404 */
	list(tenant: Tenant, organization: OrganizationId, after: UserId | null, limit: number): Promise<Member[]>;
	/** Makes a user and lets them own an organization; what there is of both stays as it is. */
	createOwner(owner: {
		id: UserId;
		organization_id: OrganizationId;
		email: string;
		name: string;
		password: string;
	}): Promise<void>;
}

const derive = promisify<string, Buffer, number, Buffer>(scrypt);

/** Users are reached by the members that name them, and so by an organization alone. */
export function createMembersService({
	members,
	users,
	organizations,
	clock,
}: {
	members: TenantCollection<MemberDocument>;
	users: Collection<UserDocument>;
	organizations: Pick<OrganizationsService, 'get'>;
	clock: Clock;
}): MembersService {
	return {
		async list(tenant, organization, after, limit) {
			await organizations.get(tenant, organization);
			const page = await members.find(organization, after === null ? {} : { user_id: { $lt: after } }, {
				sort: { user_id: -1 },
				limit,
			});
			const found = await users.find({ _id: { $in: page.map(({ user_id }) => user_id) } });
			const usersById = new Map(found.map((user) => [user._id, user]));
			return page.map(({ user_id, role }) => {
				const user = usersById.get(user_id);
				if (user === undefined) throw new Error(`the member ${user_id} of ${organization} is no user`);
				return { _id: user_id, email: user.email, name: user.name, role };
			});
		},
		async createOwner({ id, organization_id, email, name, password }) {
			const created_at = clock.now();
			const user = { email, name, password_hash: await hashPassword(password), created_at };
			await users.update({ _id: id }, { $setOnInsert: user }, { upsert: true });
			await members.update(
				organization_id,
				{ _id: `${organization_id}/${id}` },
				{ $setOnInsert: { user_id: id, role: 'owner', created_at } },
				{ upsert: true },
			);
		},
	};
}

async function hashPassword(password: string) {
	const salt = randomBytes(16);
	return `scrypt$${salt.toString('base64')}$${(await derive(password, salt, 32)).toString('base64')}`;
}
