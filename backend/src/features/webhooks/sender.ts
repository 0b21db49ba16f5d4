import type { Clock } from '../../core/clock';
import type { Secrets } from '../../core/secrets';
import { attempt, type AttemptResult } from '../../net/attempt';
import type { Fetch } from '../../net/outbound';
import { signatureHeaders } from '../../net/webhook-signature';
import type { DeliveryDocument, WebhookDocument } from './model';

/** Signs a delivery's body and sends it once; null where `over` broke it off. */
export type Send = (
	webhook: WebhookDocument,
	delivery: Pick<DeliveryDocument, '_id' | 'message_id' | 'body'>,
	over: AbortController,
) => Promise<AttemptResult | null>;

export function createSender({ fetch, secrets, clock }: { fetch: Fetch; secrets: Secrets; clock: Clock }): Send {
	return (webhook, { _id, message_id: messageId, body }, over) => {
		const now = clock.now();
		const secret = secrets.decrypt(webhook.secret, webhook._id);
		const previousSecrets = new Set(
			webhook.previous_secrets
				.filter(({ until }) => until > now)
				.map((previous) => secrets.decrypt(previous.secret, webhook._id)),
		);
		// The present secret may be one of them: owners can choose secrets, and choose one again.
		previousSecrets.delete(secret);
		const headers = {
			'Content-Type': 'application/json',
			// The log shows responses as they are sent, so they must not be compressed.
			'Accept-Encoding': 'identity',
			'User-Agent': 'OdooPlatform-Webhooks/1.0',
			'X-OECSH-Delivery': _id,
			...signatureHeaders({
				secret,
				previousSecrets: [...previousSecrets],
				messageId,
				timestamp: Math.floor(now.getTime() / 1_000),
				body,
			}),
		};
		return attempt({ url: webhook.url, headers, body }, { fetch, clock, over });
	};
}
