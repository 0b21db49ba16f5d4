import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { createdAt, ownerId, ownId } from '../../http/fields';
import { RUNTIME_DESCRIPTION, RUNTIME_KINDS } from '../../runtimes/runtimes';
import { labelsSchema } from '../servers/schemas';
import { ENVIRONMENT_STATUSES, type EnvironmentDocument } from './model';
import { DEFAULT_SETTINGS } from './site';

/** How an environment is, as far as the platform has brought it. */
export const environmentStatusSchema = z
	.enum(ENVIRONMENT_STATUSES)
	.describe(
		'`pending`: nothing was deployed yet; `stopped`: it serves nobody until it is started or deployed; `failed`: the ' +
			'first deploy failed, or a later one once it had begun to change what runs, or the environment could not be ' +
			'stopped, started or deleted',
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

const production = z
	.boolean()
	.describe('Whether people work with it: its deploys are tried on a copy first, and it is the target of no clone');

const moduleName = z.string().regex(/^[a-z0-9_]{1,64}$/, 'must be technical names of modules');

/** How its Odoo is run. */
const settings = {
	modules: z
		.array(moduleName)
		.max(200)
		.nullable()
		.describe('The modules that a deploy installs, besides `base`; null: every add-on of the commit'),
	demo_data: z.boolean().describe("Whether Odoo's demo records are installed with the modules; never changes"),
	workers: z.int().min(0).max(64).describe('Processes that answer requests; 0: one process with threads'),
	memory_mb: z
		.int()
		.min(512)
		.max(262_144)
		.describe('The memory that its Odoo may take, in MiB; its database has half as much beside it'),
	cpus: z.number().min(0.25).max(64).describe('The cores that it may use'),
};

export const environmentSchema = z
	.object({
		id: ownId('environment'),
		org_id: ownerId,
		project_id: idSchema('project').describe('The project whose repository is deployed to it; never another'),
		name: z.string().describe('Unique in the project'),
		status: environmentStatusSchema,
		runtime,
		odoo_version: z.string().describe('The series of Odoo that it runs, e.g. `19.0`; fixed by the first deploy'),
		server_id: idSchema('server')
			.nullable()
			.describe('The server that it is on, from its making to its end; null for what runs on none'),
		production,
		...settings,
		primary_url: z.string().describe('Where its Odoo answers; moves with the address of the service'),
		...deployedCommit,
		created_at: createdAt,
		updated_at: z.iso.datetime().describe('When its name, version, settings, status or commit last changed'),
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
				server_id: null,
				production: false,
				modules: null,
				demo_data: false,
				workers: 2,
				memory_mb: 1_024,
				cpus: 2,
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
		runtime: runtime
			.optional()
			.describe(
				`What runs it; left out, what runs on servers, where the organization has one that takes it, else the sandbox. ${RUNTIME_DESCRIPTION}`,
			),
		server_id: idSchema('server')
			.optional()
			.describe(
				'The server that it goes to; left out, the one with the most free memory among those that take it',
			),
		labels: labelsSchema.optional().describe('Labels that its server must have, all of them'),
		odoo_version: odooVersion.default('19.0'),
		production: production.default(false),
		modules: settings.modules.default(null),
		demo_data: settings.demo_data.default(DEFAULT_SETTINGS.demo_data),
		workers: settings.workers.default(DEFAULT_SETTINGS.workers),
		memory_mb: settings.memory_mb.default(DEFAULT_SETTINGS.memory_mb),
		cpus: settings.cpus.default(DEFAULT_SETTINGS.cpus),
	})
	.meta({
		id: 'EnvironmentRequest',
		examples: [{ project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', name: 'staging', odoo_version: '19.0' }],
	});

export const environmentChange = z
	.strictObject({
		name: name.optional(),
		odoo_version: odooVersion.optional(),
		production: production.optional(),
		modules: settings.modules.optional(),
		workers: settings.workers.optional(),
		memory_mb: settings.memory_mb.optional(),
		cpus: settings.cpus.optional(),
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
	server_id: environment.placement?.server_id ?? null,
	production: environment.production,
	modules: environment.settings.modules === null ? null : [...environment.settings.modules],
	demo_data: environment.settings.demo_data,
	workers: environment.settings.workers,
	memory_mb: environment.settings.memory_mb,
	cpus: environment.settings.cpus,
	primary_url: environment.primary_url,
	git_sha: environment.git_sha,
	git_branch: environment.git_branch,
	created_at: environment.created_at.toISOString(),
	updated_at: environment.updated_at.toISOString(),
});
