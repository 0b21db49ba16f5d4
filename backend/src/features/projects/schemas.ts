import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { organizationField } from '../../http/organization-for';
import type { ProjectDocument } from './model';

export const projectSchema = z
	.object({
		id: idSchema('project'),
		org_id: idSchema('organization'),
		name: z.string(),
		repository_url: z.string(),
		default_branch: z.string(),
		created_at: z.iso.datetime(),
	})
	.meta({ id: 'Project' });

const name = z.string().trim().min(1).max(100);
const branch = z.string().min(1).max(255);

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
			),
		default_branch: branch.default('main'),
	})
	.meta({
		id: 'ProjectRequest',
		examples: [{ name: 'Acme ERP', repository_url: 'https://git.example.com/acme/erp.git' }],
	});

export const projectChange = z
	.strictObject({ name: name.optional(), default_branch: branch.optional() })
	.meta({ id: 'ProjectChange' });

export const presentProject = (project: ProjectDocument) => ({
	id: project._id,
	org_id: project.organization_id,
	name: project.name,
	repository_url: project.repository_url,
	default_branch: project.default_branch,
	created_at: project.created_at.toISOString(),
});
