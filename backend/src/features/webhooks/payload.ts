import { discord } from './format/discord';
import { messageOf } from './format/message';
import { slack } from './format/slack';
import { teams } from './format/teams';
import type { Announcement, WebhookFormat } from './model';

/** Makes the body of a request, for each format. */
export const payloads: Readonly<Record<WebhookFormat, (announcement: Announcement) => string>> = {
	generic: ({ id, type, created_at, data }) =>
		JSON.stringify({ id, type, created_at: created_at.toISOString(), data }),
	slack: (announcement) => JSON.stringify(slack(messageOf(announcement))),
	teams: (announcement) => JSON.stringify(teams(messageOf(announcement))),
	discord: (announcement) => JSON.stringify(discord(messageOf(announcement))),
};
