import { z } from 'zod';
import type { SanitizingRule } from '../../runtimes/sanitizing';

/** What is done to a field in sanitized copies of a project's environments. */
export const sanitizingRule = z
	.strictObject({
		model: z
			.string()
			.regex(/^[a-z0-9_]+(\.[a-z0-9_]+)*$/, 'must be the technical name of a model, e.g. res.partner')
			.max(100)
			.describe('The technical name of the model'),
		field: z
			.string()
			.regex(/^[a-z0-9_]+$/, 'must be the technical name of a field')
			.max(63)
			.describe('The technical name of the field; one that is stored'),
		action: z
			.enum(['clear', 'hash'])
			.describe(
				'`clear`: unset, or empty where it must be set; `hash`: equal values stay equal, and no more is known',
			),
	})
	.readonly() satisfies z.ZodType<SanitizingRule>;

export const sanitizingRules = z
	.array(sanitizingRule)
	.max(200)
	.describe('What else is taken out of sanitized copies of its environments: docs/privacy.md');
