import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { systemCode } from '../core/errors';
import type { FileBody, TextBody } from './route';

/** Sends text as fast as the client takes it; a client that leaves ends what makes the text. */
export async function sendText(response: ServerResponse, { type, text }: TextBody): Promise<void> {
	response.setHeader('Content-Type', `${type}; charset=utf-8`);
	if (typeof text === 'string' || response.req.method === 'HEAD') {
		response.end(typeof text === 'string' ? text : undefined);
		return;
	}
	// Proxies such as nginx would keep back what should be seen at once.
	response.setHeader('X-Accel-Buffering', 'no');
	response.flushHeaders();
	await sendStream(response, text);
}

/** Sends a file as fast as the client takes it. Where making it fails, the client sees that it is not whole. */
export async function sendFile(response: ServerResponse, { type, name, content }: FileBody): Promise<void> {
	response.setHeader('Content-Type', type);
	response.setHeader('Content-Disposition', `attachment; filename="${name}"`);
	if (response.req.method === 'HEAD') response.end();
	else await sendStream(response, content);
}

/** Sends what comes, piece by piece; that the client leaves is no failure. */
export async function sendStream(
	response: ServerResponse,
	pieces: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
	try {
		await pipeline(Readable.from(pieces), response);
	} catch (error) {
		if (systemCode(error) !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
	}
}
