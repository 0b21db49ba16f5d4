import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { planSchema } from '../../core/permissions';
import { createdAt, ownId } from '../../http/fields';
import type { Member } from './members';
import type { OrganizationDocument } from './model';

export const organizationSchema = z
	.object({
		id: ownId('organization'),
		name: z.string().describe('For people; not unique'),
		plan: planSchema.describe('What its keys may use; each plan has what the ones before it have'),
		created_at: createdAt,
	})
	.meta({
		id: 'Organization',
		examples: [
			{
				id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				name: 'Acme',
				plan: 'agency',
				created_at: '2026-05-04T09:12:40.118Z',
			},
		],
	});

export const presentOrganization = (organization: OrganizationDocument) => ({
	id: organization._id,
	name: organization.name,
	plan: organization.plan,
	created_at: organization.created_at.toISOString(),
});

export const memberSchema = z
	.object({
		user_id: idSchema('user').describe('The same person, whatever becomes of name and address'),
		email: z.string().describe('Unique on the whole service'),
		name: z.string().describe('As people see it; not unique'),
		role: z.enum(['owner']).describe('What they may do; there are only owners yet, who may do everything'),
	})
	.meta({
		id: 'Member',
		examples: [
			{
				user_id: 'usr_01HXMW8QPK3R5T7V9X1Z3B5C7E',
				email: 'owner@example.com',
				name: 'Owner',
				role: 'owner',
			},
		],
	});

export const presentMember = ({ _id, email, name, role }: Member) => ({ user_id: _id, email, name, role });
