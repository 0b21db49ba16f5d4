import express, { type Request, type Response } from 'express';

/** The largest request body that is read, in bytes. */
export const BODY_LIMIT = 1024 * 1024;

const raw = express.raw({ type: () => true, limit: BODY_LIMIT });

/**
 * The body as it came, whatever its Content-Type says: the documents' own samples send JSON without naming it.
 * Rejects with an http-errors error (413 over {@link BODY_LIMIT}).
 */
export async function readBody(request: Request, response: Response): Promise<Buffer> {
	await new Promise<void>((resolve, reject) => {
		raw(request, response, (error?: unknown) => {
			if (error === undefined) resolve();
			else reject(error instanceof Error ? error : new Error('the body could not be read'));
		});
	});
	const body: unknown = request.body;
	return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
