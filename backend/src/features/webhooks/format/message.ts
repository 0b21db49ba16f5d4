import { z } from 'zod';
import type { Announcement, DeliveredType } from '../model';

/** Whether an event is good news. Each format shows it by a color. */
export type Tone = 'good' | 'bad' | 'warning' | 'neutral';

/**
 * What a chat shows of an event. The texts have no control characters but are not escaped yet; each format does that.
 * They are so short that they stay within the limits of every format, even if every character is escaped.
 */
export interface Message {
	/** At most 150 characters. */
	readonly title: string;
	/** At most 400 characters. */
	readonly text: string | null;
	readonly tone: Tone;
	/** At most 8, with values of 1 to 200 characters. */
	readonly fields: readonly { readonly name: string; readonly value: string }[];
	readonly link: { readonly label: string; readonly url: string } | null;
	/** The event's type and id. */
	readonly footer: string;
	readonly created_at: Date;
}

const TITLES: Readonly<Record<DeliveredType, readonly [string, Tone]>> = {
	'deployment.queued': ['Deployment queued', 'neutral'],
	'deployment.started': ['Deployment started', 'neutral'],
	'deployment.succeeded': ['Deployment succeeded', 'good'],
	'deployment.failed': ['Deployment failed', 'bad'],
	'deployment.canceled': ['Deployment canceled', 'warning'],
	'deployment.rolled_back': ['Deployment rolled back', 'warning'],
	'environment.created': ['Environment created', 'good'],
	'environment.updated': ['Environment updated', 'neutral'],
	'environment.deleted': ['Environment deleted', 'warning'],
	'environment.cloned': ['Environment cloned', 'good'],
	'environment.status_changed': ['Environment status changed', 'neutral'],
	'backup.succeeded': ['Backup succeeded', 'good'],
	'backup.failed': ['Backup failed', 'bad'],
	'server.degraded': ['Server degraded', 'bad'],
	'server.recovered': ['Server recovered', 'good'],
	'automation_rule.triggered': ['Automation rule triggered', 'neutral'],
	'automation_rule.failed': ['Automation rule failed', 'bad'],
	'webhook.paused': ['Webhook paused', 'warning'],
	'webhook.test': ['Webhook test', 'neutral'],
};

const text = z.string().nullable().catch(null);
const named = z.object({ name: text, status: text }).catch({ name: null, status: null });

/** The parts of an event's data that are shown. Parts that are missing or of another form are left out. */
const detailsSchema = z.object({
	deployment: z
		.object({
			git_sha: text,
			git_branch: text,
			actor: text,
			duration_seconds: z.number().nullable().catch(null),
			error: z
				.union([z.string(), z.object({ message: z.string() })])
				.nullable()
				.catch(null),
		})
		.nullable()
		.catch(null),
	environment: z
		.object({ name: text, primary_url: text, odoo_version: text, status: text })
		.catch({ name: null, primary_url: null, odoo_version: null, status: null }),
	server: named,
	automation_rule: named,
	webhook: z.object({ id: text, paused_reason: text }).catch({ id: null, paused_reason: null }),
	error: text,
	message: text,
});

/** The message for an event or a test. */
export function messageOf({ id, type, created_at, data }: Announcement): Message {
	const { deployment, environment, server, automation_rule, webhook, error, message } = detailsSchema.parse(data);
	const [title, tone] = TITLES[type];
	const subject = environment.name ?? server.name ?? automation_rule.name ?? webhook.id;
	const failure = deployment?.error;
	const why = (typeof failure === 'object' ? failure?.message : failure) ?? webhook.paused_reason ?? error ?? message;
	const seconds = deployment?.duration_seconds ?? null;
	const fields: [string, string | null][] = [
		['Environment', environment.name],
		['Status', environment.status ?? server.status],
		['Branch', deployment?.git_branch ?? null],
		['Commit', deployment?.git_sha?.slice(0, 12) ?? null],
		['By', deployment?.actor ?? null],
		['Duration', seconds === null ? null : `${seconds} s`],
		['Odoo', environment.odoo_version],
		['Webhook', webhook.id],
	];
	return {
		title: clip(subject === null ? title : `${title}: ${subject}`, 150),
		text: shown(why, 400),
		tone,
		fields: fields.flatMap(([name, value]) => {
			const text = shown(value, 200);
			return text === null ? [] : [{ name, value: text }];
		}),
		link: linkTo(environment.primary_url),
		footer: `${type} · ${id}`,
		created_at,
	};
}

/** The longest address that is shown. It stays within Slack's limit even if every character is escaped. */
const MAX_URL = 500;

function linkTo(address: string | null): Message['link'] {
	const url = address !== null && URL.canParse(address) ? new URL(address) : null;
	if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
	// The URL standard leaves these characters as they are, but they end a link in some formats.
	const href = url.href.replace(
		/[|()[\]<>\\`*_~]/g,
		(character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
	);
	return href.length <= MAX_URL ? { label: 'Open the environment', url: href } : null;
}

function shown(value: string | null | undefined, max: number): string | null {
	const clean = clip(value ?? '', max);
	return clean === '' ? null : clean;
}

/** The beginning of a text on one line, without characters that are invisible or change the direction of writing. */
function clip(value: string, max: number): string {
	const clean = value
		.replace(/[\s\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
		.trim();
	if (clean.length <= max) return clean;
	// By code points, so that no character is cut in half.
	let beginning = '';
	for (const character of clean) {
		if (beginning.length + character.length >= max) break;
		beginning += character;
	}
	return `${beginning}…`;
}
