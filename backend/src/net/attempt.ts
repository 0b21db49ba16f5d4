import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '../core/clock';
import { type Fetch, type FetchResponse, OutboundError } from './outbound';
import { parseRetryAfter } from './retry-schedule';

const TIME_LIMIT_MS = 15_000;
/** Why an attempt was broken off at the time limit; made once, as each error has a stack. */
const LATE = new Error('The time limit is over.');
const RESPONSE_BODY_BYTES = 10_000;

/** The headers of a message as name and value, in their order. */
export type HeaderList = readonly (readonly [string, string])[];

/** One request that was sent, or could not be. */
export interface DeliveryAttempt {
	readonly at: Date;
	readonly duration_ms: number;
	readonly url: string;
	readonly request_headers: HeaderList;
	/** Null where no response came. */
	readonly response_code: number | null;
	readonly response_headers: HeaderList | null;
	/** The beginning of it, 10,000 bytes of UTF-8 at most. */
	readonly response_body: string | null;
	/** Why it failed, in words; null where it did not. */
	readonly error: string | null;
}

/** What became of one attempt. */
export interface AttemptResult {
	/** `refused`: not worth another try; `gone`: the receiver wants no more (410). */
	readonly verdict: 'succeeded' | 'failed' | 'refused' | 'gone';
	readonly attempt: DeliveryAttempt;
	readonly retryAfterMs: number | null;
}

interface Request {
	readonly url: string;
	readonly headers: Record<string, string>;
	readonly body: string;
}

/**
 * Sends a request to a receiver and judges the response: 2xx is success, everything else, a redirect too, is not.
 * Never rejects for what the receiver does; null where `over` was aborted, which the time limit does as well.
 */
export async function attempt(
	{ url, headers, body }: Request,
	{ fetch, clock, over }: { fetch: Fetch; clock: Clock; over: AbortController },
): Promise<AttemptResult | null> {
	const at = clock.now();
	const callOff = clock.after(TIME_LIMIT_MS, () => over.abort(LATE));
	const finish = (
		{
			verdict,
			error,
			retryAfterMs,
		}: Pick<AttemptResult, 'verdict' | 'retryAfterMs'> & Pick<DeliveryAttempt, 'error'>,
		response: Pick<DeliveryAttempt, 'response_code' | 'response_headers' | 'response_body'>,
	): AttemptResult => ({
		verdict,
		retryAfterMs,
		attempt: {
			at,
			// A clock may be set back meanwhile.
			duration_ms: Math.max(0, clock.now().getTime() - at.getTime()),
			url,
			request_headers: Object.entries(headers),
			...response,
			error,
		},
	});
	try {
		const response = await fetch(url, { method: 'POST', headers, body, signal: over.signal });
		const answer = {
			response_code: response.status,
			response_headers: [...response.headers.entries()],
			response_body: await beginningOf(response),
		};
		const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), clock.now());
		return finish({ retryAfterMs, ...judge(response.status) }, answer);
	} catch (error) {
		const silence = { response_code: null, response_headers: null, response_body: null };
		const failed = (verdict: 'failed' | 'refused', why: string) =>
			finish({ verdict, error: why, retryAfterMs: null }, silence);
		if (over.signal.reason === LATE) {
			return failed('failed', `No response came within ${TIME_LIMIT_MS / 1_000} seconds.`);
		}
		if (over.signal.aborted) return null;
		if (!(error instanceof OutboundError)) return failed('failed', 'The request could not be sent.');
		const hopeless = error.code === 'outbound_address_refused' || error.code === 'outbound_url_invalid';
		return failed(hopeless ? 'refused' : 'failed', error.message);
	} finally {
		callOff();
	}
}

function judge(status: number): Pick<AttemptResult, 'verdict'> & Pick<DeliveryAttempt, 'error'> {
	if (status >= 200 && status < 300) return { verdict: 'succeeded', error: null };
	if (status === 410) return { verdict: 'gone', error: 'The receiver answered 410: it wants no more events.' };
	if (status >= 300 && status < 400) {
		return { verdict: 'failed', error: `The receiver answered ${status}; redirects are not followed.` };
	}
	return { verdict: 'failed', error: `The receiver answered ${status}.` };
}

/** The bytes as text that is no longer than they may be: what is no UTF-8 grows threefold when it is replaced. */
function textOf(bytes: Buffer): string {
	// Leaves out a character of which the last bytes are missing.
	const text = new StringDecoder('utf8').write(bytes);
	if (Buffer.byteLength(text) <= RESPONSE_BODY_BYTES) return text;
	const { read } = new TextEncoder().encodeInto(text, new Uint8Array(RESPONSE_BODY_BYTES));
	return text.slice(0, read);
}

/** The status has decided already: a body that breaks off or never ends is shown as far as it came. */
async function beginningOf(response: FetchResponse): Promise<string> {
	const chunks: Uint8Array[] = [];
	let size = 0;
	try {
		for await (const chunk of response.body ?? []) {
			chunks.push(chunk);
			size += chunk.byteLength;
			if (size >= RESPONSE_BODY_BYTES) break;
		}
	} catch {
		// What has come is all there is.
	}
	return textOf(Buffer.concat(chunks).subarray(0, RESPONSE_BODY_BYTES));
}
