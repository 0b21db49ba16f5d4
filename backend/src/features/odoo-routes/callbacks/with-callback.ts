import { ApiError, internalError, invalidInput } from '../../../core/errors';
import { type Caller, hmacSecretOf } from '../../../access/caller';
import type { Notes } from '../../../http/notes';
import { enveloped, type Envelope, failedOutcome, failureBody, type Outcome, type RpcId } from '../envelope';
import type { CallbacksService } from './service';

/** The most bytes of a callback's body. */
const MAX_BYTES = 1024 * 1024;

const INTERRUPTED =
	'The service stopped during this call. It may or may not have been carried out: look in Odoo before you send it again.';

interface Call {
	readonly caller: Caller;
	readonly id: RpcId;
	readonly requestId: string;
	/** Where the outcome is posted, if the call named a callback. */
	readonly url: string | undefined;
	readonly notes: Notes;
}

/**
 * Runs a call and queues its outcome for the callback that it names. If the process dies meanwhile, the callback says
 * so.
 * @throws {ApiError} what the work throws; 422 if the key has no secret to sign with
 */
export async function withCallback(
	callbacks: CallbacksService,
	{ caller, id, requestId, url, notes }: Call,
	work: () => Promise<Outcome>,
): Promise<Envelope> {
	if (url === undefined) return enveloped(id, await work());
	const { organization_id } = caller;
	const hmac_secret = hmacSecretOf(caller);
	if (hmac_secret === null) {
		throw invalidInput(
			'/params/vals/callback_url',
			'needs an API key with an HMAC secret, which signs the callback; create a key with "hmac": true',
		);
	}
	const interrupted = JSON.stringify(enveloped(id, failedOutcome(INTERRUPTED)));
	const callback = await callbacks.open(organization_id, { url, secret: hmac_secret, interrupted });
	notes.callback_id = callback;
	const tell = (body: string) => callbacks.finish(organization_id, callback, body);
	try {
		const outcome = await work();
		await tell(bodyOf(id, outcome));
		return enveloped(id, outcome);
	} catch (error) {
		const failure = error instanceof ApiError ? error : internalError();
		await tell(JSON.stringify(failureBody(id, failure, requestId)));
		throw error;
	}
}

function bodyOf(id: RpcId, outcome: Outcome): string {
	const body = JSON.stringify(enveloped(id, outcome));
	if (Buffer.byteLength(body) <= MAX_BYTES) return body;
	const messages = `${outcome.messages}. The result is too large for a callback and was left out.`;
	return JSON.stringify(enveloped(id, { ...outcome, result: null, messages }));
}
