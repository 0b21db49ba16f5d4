import { z } from 'zod';
import { createdAt, ownerId, ownId } from '../../http/fields';
import { organizationField } from '../../access/organization-for';
import type { ProjectDocument } from './model';
import { sanitizingRules } from './sanitizing-rules';

const DEFAULT_BRANCH = 'What the ref `HEAD` means in a deploy, and the branch of a commit that several branches have';

export const projectSchema = z
	.object({
		id: ownId('project'),
		org_id: ownerId,
		name: z.string().describe('Unique in the organization'),
		repository_url: z.string().describe('Where the add-ons are read from; cannot be changed'),
		default_branch: z.string().describe(DEFAULT_BRANCH),
		sanitize_rules: sanitizingRules,
		created_at: createdAt,
	})
	.meta({
		id: 'Project',
		examples: [
			{
				id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				name: 'Acme ERP',
				repository_url: 'https://git.example.com/acme/erp.git',
				default_branch: 'main',
				sanitize_rules: [{ model: 'res.partner', field: 'comment', action: 'clear' }],
				created_at: '2026-05-04T09:14:02.530Z',
			},
		],
	});

const name = z.string().trim().min(1).max(100).describe('Unique in the organization; spaces around it are left out');
const branch = z.string().min(1).max(255).describe(DEFAULT_BRANCH);

export const projectRequest = z
	.strictObject({
		...organizationField,
		name,
		// Whoever may read the project would read them too.
		repository_url: z
			.string()
			.min(1)
			.max(1000)
			.refine(
				(url) => !/^https:\/\/[^/]*@/i.test(url),
				'must hold no password or token; use an ssh URL and a deploy key',
			)
			.describe(
				'A git repository with add-ons: `https://host/path`, `ssh://user@host/path` or `user@host:path`; or the path ' +
					'of a directory that the configuration of the service allows',
			),
		default_branch: branch.default('main'),
		sanitize_rules: sanitizingRules.default([]),
	})
	.meta({
		id: 'ProjectRequest',
		examples: [{ name: 'Acme ERP', repository_url: 'https://git.example.com/acme/erp.git' }],
	});

export const projectChange = z
	.strictObject({
		name: name.optional(),
		default_branch: branch.optional(),
		sanitize_rules: sanitizingRules.optional(),
	})
	.meta({ id: 'ProjectChange', examples: [{ default_branch: 'release' }] });

export const presentProject = (project: ProjectDocument) => ({
	id: project._id,
	org_id: project.organization_id,
	name: project.name,
	repository_url: project.repository_url,
	default_branch: project.default_branch,
	sanitize_rules: [...(project.sanitize_rules ?? [])],
	created_at: project.created_at.toISOString(),
});
