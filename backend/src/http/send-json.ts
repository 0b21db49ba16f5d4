import type { Response } from 'express';
import { jsonPartsOf, sizeOfParts } from './json-parts';
import { sendStream } from './send-text';

/** Sends a reply as JSON; what is written already goes out as it is. */
export async function sendJson(response: Response, body: unknown): Promise<void> {
	const parts = jsonPartsOf(body);
	if (parts === null) {
		response.json(body);
		return;
	}
	response.setHeader('Content-Type', 'application/json; charset=utf-8');
	response.setHeader('Content-Length', sizeOfParts(parts));
	// Part by part, as fast as the client takes them: to hand megabytes to the system at once holds up others.
	await sendStream(response, response.req.method === 'HEAD' ? [] : parts);
}
