import type { Announcement, WebhookFormat } from './model';

/** The body in which a webhook of each format is told of something. */
export const payloads: Readonly<Record<WebhookFormat, (announcement: Announcement) => string>> = {
	generic: ({ id, type, created_at, data }) =>
		JSON.stringify({ id, type, created_at: created_at.toISOString(), data }),
};
