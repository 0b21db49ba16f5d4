import express, { type Request, type Response } from 'express';

const MEBIBYTE = 1024 * 1024;

/** The largest request bodies that are read, in bytes: `large` where files come in them, of 3 MiB in base64. */
export const BODY_LIMITS = { usual: MEBIBYTE, large: 5 * MEBIBYTE } as const;

export type BodySize = keyof typeof BODY_LIMITS;

const reader = (limit: number) => express.raw({ type: () => true, limit });
const READERS = { usual: reader(BODY_LIMITS.usual), large: reader(BODY_LIMITS.large) };

/**
 * The body as it came, whatever its Content-Type says: the documents' own samples send JSON without naming it.
 * Rejects with an http-errors error (413 over the limit).
 */
export async function readBody(request: Request, response: Response, size: BodySize = 'usual'): Promise<Buffer> {
	await new Promise<void>((resolve, reject) => {
		READERS[size](request, response, (error?: unknown) => {
			if (error === undefined) resolve();
			else reject(error instanceof Error ? error : new Error('the body could not be read'));
		});
	});
	const body: unknown = request.body;
	return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
