import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { planSchema } from '../../core/permissions';
import type { OrganizationDocument, UserDocument } from './model';

export const organizationSchema = z.object({
	id: idSchema('organization'),
	name: z.string(),
	plan: planSchema,
	created_at: z.iso.datetime(),
});

export const presentOrganization = (organization: OrganizationDocument) => ({
	id: organization._id,
	name: organization.name,
	plan: organization.plan,
	created_at: organization.created_at.toISOString(),
});

export const memberSchema = z.object({
	user_id: idSchema('user'),
	email: z.string(),
	name: z.string(),
	role: z.enum(['owner']),
});

export const presentMember = (user: UserDocument) => ({
	user_id: user._id,
	email: user.email,
	name: user.name,
	role: user.role,
});
