import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { errorCodes } from '../core/error-codes';
import type { RenderError } from './route';

/** A failure as `application/problem+json` (RFC 9457), with a stable `code` and the request's id. */
export const problem: RenderError = (error, requestId, status) => ({
	type: 'application/problem+json',
	body: {
		type: 'about:blank',
		title: STATUS_CODES[status] ?? 'Error',
		status,
		code: error.code,
		detail: error.detail,
		...(error.more.errors ? { errors: error.more.errors } : {}),
		...error.more.members,
		request_id: requestId,
	},
});

/** The shape that {@link problem} answers; codes may add members of their own. */
export const problemSchema = z
	.looseObject({
		type: z.literal('about:blank').meta({ description: 'Always this: the `code` says which problem it is' }),
		title: z.string().meta({ description: "The status's name" }),
		status: z.int().min(400).max(599).meta({ description: 'The HTTP status, once more' }),
		code: z.enum(errorCodes).meta({ description: 'Stable; what programs should look at' }),
		detail: z.string().meta({ description: 'What happened and what to do about it, for people' }),
		errors: z
			.array(
				z.object({
					pointer: z
						.string()
						.meta({ description: 'A JSON pointer into the body, or the name of a parameter' }),
					detail: z.string().meta({ description: 'What is wrong with it, to be read after the pointer' }),
				}),
			)
			.optional()
			.meta({ description: 'With `validation_failed`: each input that was refused' }),
		request_id: z.string().meta({ description: 'Names the request in our log; also in `X-Request-Id`' }),
	})
	.meta({
		id: 'Problem',
		description: 'A failure as RFC 9457 has it; some codes add members of their own',
		examples: [
			{
				type: 'about:blank',
				title: 'Unprocessable Entity',
				status: 422,
				code: 'validation_failed',
				detail: 'The request was refused: /branch is not a known field.',
				errors: [{ pointer: '/branch', detail: 'is not a known field' }],
				request_id: 'req_5d9c2b1e-8f3a-4c67-9a10-2b3c4d5e6f70',
			},
		],
	});
