import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { KEPT_ATTACHMENTS, SANITIZING_PROFILES } from '../../runtimes/sanitizing';

export const cloneRequest = z
	.strictObject({
		source_env: idSchema('environment').describe(
			'Whose data is copied: one of the same organization, which runs, with the same version of Odoo. It serves on',
		),
		sanitize: z
			.boolean()
			.default(true)
			.describe(
				'Whether e-mail addresses become hashes, and passwords, keys and tokens are taken out, before anything opens the ' +
					'copy: docs/privacy.md. Without, it is copied as it is; mail and scheduled actions are off either way',
			),
		profile: z
			.enum(SANITIZING_PROFILES)
			.optional()
			.describe(
				'What else is taken out: `minimal`, nothing, which is the default; `contacts`, names, phones and streets of ' +
					'people; `strict`, also texts that people wrote, and numbers that tell who they are',
			),
		attachments: z
			.enum(KEPT_ATTACHMENTS)
			.optional()
			.describe(
				'Which attachments the sanitized copy keeps; `public`, the default: pictures that are not of people',
			),
		allow_production_target: z
			.boolean()
			.default(false)
			.describe('Whether the data of an environment that is marked `production` may be replaced'),
		wait: z
			.boolean()
			.default(false)
			.describe('Whether the reply waits for the end, for up to 10 minutes; without, it is 202 at once'),
	})
	.refine(({ sanitize, profile, attachments }) => sanitize || (profile ?? attachments) === undefined, {
		error: 'has `profile` or `attachments`, which only a sanitized copy has',
		path: ['sanitize'],
	})
	.meta({
		id: 'CloneRequest',
		examples: [{ source_env: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', sanitize: true, wait: false }],
	});
