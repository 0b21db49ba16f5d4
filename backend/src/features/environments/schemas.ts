import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { ENVIRONMENT_STATUSES, type EnvironmentDocument } from './model';

export const environmentSchema = z
	.object({
		id: idSchema('environment'),
		org_id: idSchema('organization'),
		project_id: idSchema('project'),
		name: z.string(),
		status: z.enum(ENVIRONMENT_STATUSES),
		runtime: z.enum(['sandbox']),
		odoo_version: z.string(),
		primary_url: z.string(),
		git_sha: z.string(),
		git_branch: z.string().nullable(),
		created_at: z.iso.datetime(),
		updated_at: z.iso.datetime(),
	})
	.meta({ id: 'Environment' });

const name = z
	.string()
	.trim()
	.min(1)
	.max(63)
	.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens');

const odooVersion = z.enum(['14.0', '15.0', '16.0', '17.0', '18.0', '19.0']);

export const environmentRequest = z
	.strictObject({
		project_id: idSchema('project'),
		name,
		runtime: z.enum(['sandbox']).default('sandbox'),
		odoo_version: odooVersion.default('19.0'),
	})
	.meta({
		id: 'EnvironmentRequest',
		examples: [{ project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', name: 'staging', odoo_version: '19.0' }],
	});

export const environmentChange = z
	.strictObject({
		name: name.optional(),
		odoo_version: odooVersion.optional().meta({ description: 'Only before the first deploy' }),
	})
	.meta({ id: 'EnvironmentChange' });

export const presentEnvironment = (environment: EnvironmentDocument) => ({
	id: environment._id,
	org_id: environment.organization_id,
	project_id: environment.project_id,
	name: environment.name,
	status: environment.status,
	runtime: environment.runtime,
	odoo_version: environment.odoo_version,
	primary_url: environment.primary_url,
	git_sha: environment.git_sha,
	git_branch: environment.git_branch,
	created_at: environment.created_at.toISOString(),
	updated_at: environment.updated_at.toISOString(),
});
