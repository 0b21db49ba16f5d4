import { z } from 'zod';
import { idSchema } from '../../core/ids';
import { KEPT_ATTACHMENTS, SANITIZING_PROFILES, type SanitizingReport } from '../../runtimes/sanitizing';
import { environmentSchema } from '../environments/schemas';
import { sanitizingRule } from '../projects/sanitizing-rules';

export const sanitizingReport = z
	.object({
		tables: z
			.array(z.object({ name: z.string(), changed: z.int(), deleted: z.int() }).readonly())
			.readonly()
			.describe('Where rows were changed or deleted, by name'),
		attachments_kept: z.int().describe('How many attachments are left'),
	})
	.readonly() satisfies z.ZodType<SanitizingReport>;

/** What a clone has brought about, for its owner. */
export const cloneResult = z
	.object({
		source_env: idSchema('environment').describe('Whose data was copied'),
		sanitized: sanitizingReport.nullable().describe('null: it was copied as it is'),
		modules_updated: z
			.array(z.string())
			.readonly()
			.describe('Modules of which the environment had another content'),
		downtime_ms: z.number().describe('For how long the environment served nobody'),
	})
	.readonly();

/** What a job that clones keeps of its own. */
export const cloneRecord = z
	.object({
		source: z.object({ id: idSchema('environment'), name: z.string() }).readonly(),
		/** null: the data is copied as it is. */
		sanitize: z
			.object({
				profile: z.enum(SANITIZING_PROFILES),
				attachments: z.enum(KEPT_ATTACHMENTS),
				rules: z.array(sanitizingRule).readonly(),
			})
			.readonly()
			.nullable(),
		result: cloneResult.nullable(),
		/** Whether nobody knows what serves. */
		is_lost: z.boolean(),
		/** The environment at the end, as its event shows it. */
		environment: environmentSchema.nullable(),
	})
	.readonly();

export type CloneRecord = z.output<typeof cloneRecord>;
