import { z } from 'zod';
import type { Announcement, DeliveredType } from '../model';

/** Whether something is good news; each chat shows it by a color of its own. */
export type Tone = 'good' | 'bad' | 'warning' | 'neutral';

/**
 * What a chat shows of an event. The texts are as somebody typed them, without control characters: who puts them into a
 * format escapes them. They are so short that no format's limit is reached, even where every character is escaped.
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
	'server.degraded': ['Server degraded', 'bad'],
	'server.recovered': ['Server recovered', 'good'],
	'automation_rule.triggered': ['Automation rule triggered', 'neutral'],
	'automation_rule.failed': ['Automation rule failed', 'bad'],
	'webhook.paused': ['Webhook paused', 'warning'],
	'webhook.test': ['Webhook test', 'neutral'],
};

const text = z.string().nullable().catch(null);
const named = z.object({ name: text, status: text }).catch({ name: null, status: null });

/** Of the data of any event what people want to see; what is missing or of another form is left out. */
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

/** What to tell people of an event, or of a test. */
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

/** Longer addresses are of no use in a chat; Slack's limit holds even if all of it were escaped. */
const MAX_URL = 500;

function linkTo(address: string | null): Message['link'] {
	const url = address !== null && URL.canParse(address) ? new URL(address) : null;
	if (url === null || !['http:', 'https:'].includes(url.protocol)) return null;
	// Left by the URL standard as they are, and yet they end a link in one format or another.
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

/** The beginning of a text, in one line, without what is invisible or turns its direction. */
function clip(value: string, max: number): string {
	const clean = value
		.replace(/[\s\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/gu, ' ')
		.trim();
	if (clean.length <= max) return clean;
	// By characters, not by halves of them.
	let beginning = '';
	for (const character of clean) {
		if (beginning.length + character.length >= max) break;
		beginning += character;
	}
	return `${beginning}…`;
}
