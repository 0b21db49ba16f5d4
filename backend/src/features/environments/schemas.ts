import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { createdAt, ownerId, ownId } from '../../http/fields';
import { RUNTIME_DESCRIPTION, RUNTIME_KINDS } from '../../runtimes/runtimes';
import { ENVIRONMENT_STATUSES, type EnvironmentDocument } from './model';

/** How an environment is, as far as the platform has brought it. */
export const environmentStatusSchema = z
	.enum(ENVIRONMENT_STATUSES)
	.describe(
		'`pending`: nothing was deployed yet; `failed`: the first deploy failed, or a later one once it had begun to change ' +
			'what runs, or the environment could not be deleted',
	);

/** The commit that an environment runs. */
export const deployedCommit = {
	git_sha: z.string().describe('The commit that runs, in 40 hexadecimal digits; empty before the first deploy'),
	git_branch: z
		.string()
		.nullable()
		.describe('The branch that the commit was on when it was deployed; null before that, and for a commit on none'),
};

const runtime = z.enum(RUNTIME_KINDS).describe(`What runs it. ${RUNTIME_DESCRIPTION}`);

export const environmentSchema = z
	.object({
		id: ownId('environment'),
		org_id: ownerId,
		project_id: idSchema('project').describe('The project whose repository is deployed to it; never another'),
		name: z.string().describe('Unique in the project'),
		status: environmentStatusSchema,
		runtime,
		odoo_version: z.string().describe('The series of Odoo that it runs, e.g. `19.0`; fixed by the first deploy'),
		primary_url: z.string().describe('Where its Odoo answers; moves with the address of the service'),
		...deployedCommit,
		created_at: createdAt,
		updated_at: z.iso.datetime().describe('When its name, version, status or commit last changed'),
	})
	.meta({
		id: 'Environment',
		examples: [
			{
				id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				name: 'staging',
				status: 'running',
				runtime: 'sandbox',
				odoo_version: '19.0',
				primary_url: 'https://odoo.example.com/sandbox/env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				git_sha: '9f2c1e7ab3d4056178c9e0f1a2b3c4d5e6f70819',
				git_branch: 'main',
				created_at: '2026-05-04T09:15:21.004Z',
				updated_at: '2026-05-07T14:24:58.310Z',
			},
		],
	});

const name = z
	.string()
	.trim()
	.min(1)
	.max(63)
	.regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'must be lower-case letters, digits and hyphens')
	.describe(
		'Unique in the project: lower-case letters, digits and hyphens within. Its Odoo connection has this name too',
	);

const odooVersion = z
	.enum(['14.0', '15.0', '16.0', '17.0', '18.0', '19.0'])
	.describe('The series of Odoo that it runs; can be changed only before the first deploy');

export const environmentRequest = z
	.strictObject({
		project_id: idSchema('project').describe('Whose repository is deployed to it; cannot be changed'),
		name,
		runtime: runtime.default('sandbox'),
		odoo_version: odooVersion.default('19.0'),
	})
	.meta({
		id: 'EnvironmentRequest',
		examples: [{ project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', name: 'staging', odoo_version: '19.0' }],
	});

export const environmentChange = z
	.strictObject({
		name: name.optional(),
		odoo_version: odooVersion.optional(),
	})
	.meta({ id: 'EnvironmentChange', examples: [{ name: 'acceptance' }] });

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
