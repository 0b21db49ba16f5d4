import type { PlatformEvent } from '../../core/events';
import type { WebhookFormat } from './model';

/** The body in which a webhook of each format is told of an event. */
export const payloads: Readonly<Record<WebhookFormat, (event: PlatformEvent) => string>> = {
	generic: ({ id, type, created_at, data }) =>
		JSON.stringify({ id, type, created_at: created_at.toISOString(), data }),
};
