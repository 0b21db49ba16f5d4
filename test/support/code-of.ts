import { z } from 'zod';

const coded = z
	.object({
		code: z.string().optional(),
		error: z
			.object({ data: z.object({ name: z.string() }) })
			.optional()
			.catch(undefined),
	})
	.catch({});

/** The code of a failure, in whichever form its route answers; undefined where there is none. */
export function codeOf(json: unknown): string | undefined {
	const { code, error } = coded.parse(json);
	return code ?? error?.data.name;
}
