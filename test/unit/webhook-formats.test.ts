import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Ajv from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import { z } from 'zod';
import type { Id } from '../../backend/src/core/ids';
import { idSchema } from '../../backend/src/core/ids';
import { messageOf } from '../../backend/src/features/webhooks/format/message';
import { type Announcement, DELIVERED_TYPES, type DeliveredType } from '../../backend/src/features/webhooks/model';
import { payloads } from '../../backend/src/features/webhooks/payload';

const id = <K extends 'event' | 'organization'>(kind: K, text: string): Id<K> => idSchema(kind).parse(text);

const announcement = (type: DeliveredType, data: Announcement['data']): Announcement => ({
	id: id('event', 'evt_01HXMZ8QPK3R5T7V9X1Z3B5C7D'),
	type,
	created_at: new Date('2026-05-07T14:23:11.421Z'),
	organization_id: id('organization', 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D'),
	project_id: null,
	environment_id: null,
	data,
});

const environment = { name: 'production', primary_url: 'https://acme.example.com/', odoo_version: '18.0' };
const deployment = {
	id: 'dep_01HXMZ8QPK3R5T7V9X1Z3B5C7E',
	git_sha: 'a3f8c2d4e5f60718293a4b5c6d7e8f9012345678',
	git_branch: 'main',
	duration_seconds: 83,
	actor: 'github-actions',
	error: null,
};
const EXAMPLES = {
	'a deployment that succeeded': announcement('deployment.succeeded', { deployment, environment }),
	'a deployment that failed': announcement('deployment.failed', {
		deployment: { ...deployment, error: { code: 'module_failed', message: 'Module <b>sale</b> & *co*\nfailed.' } },
		environment,
	}),
	'an environment that was made': announcement('environment.created', {
		environment: { ...environment, id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', status: 'running' },
	}),
	'a webhook that was paused': announcement('webhook.paused', {
		webhook: { id: 'whk_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', paused_reason: '5 attempts in a row failed.' },
	}),
} as const;

const server = { name: 'server-1.example.com', status: 'degraded' };
const automation_rule = { name: 'Refresh staging every week' };
const webhook = { id: 'whk_01HXMZ0K3RJ8QM2P5T7V9X1Z3B', paused_reason: null };

/** What an event of that type tells of. */
const dataOf = (type: DeliveredType): Announcement['data'] => {
	if (type.startsWith('deployment.')) return { deployment, environment };
	if (type.startsWith('environment.')) return { environment: { ...environment, status: 'running' } };
	if (type.startsWith('server.')) return { server };
	if (type.startsWith('automation_rule.')) return { automation_rule };
	return { webhook };
};

/** What Slack takes: docs.slack.dev, "Incoming webhooks", "Legacy attachments" and "Block Kit". */
const slackText = (max: number) =>
	z.strictObject({
		type: z.literal('mrkdwn'),
		text: z
			.string()
			.min(1)
			.max(max)
			.refine((text) => /^(?:[^<>&]|&(?:amp|lt|gt);|<https?:[^<>|]+\|[^<>|]+>)*$/.test(text)),
		verbatim: z.literal(true),
	});
const slackSchema = z.strictObject({
	text: z
		.string()
		.min(1)
		.max(4_000)
		.regex(/^(?:[^<>&]|&(?:amp|lt|gt);)*$/),
	attachments: z
		.array(
			z.strictObject({
				color: z.string().regex(/^#[0-9a-f]{6}$/),
				blocks: z
					.array(
						z.discriminatedUnion('type', [
							z
								.strictObject({
									type: z.literal('section'),
									text: slackText(3_000).optional(),
									fields: z.array(slackText(2_000)).min(1).max(10).optional(),
								})
								.refine(({ text, fields }) => text !== undefined || fields !== undefined),
							z.strictObject({
								type: z.literal('context'),
								elements: z.array(slackText(2_000)).min(1).max(10),
							}),
						]),
					)
					.min(1)
					.max(50),
			}),
		)
		.length(1),
});

/** Holds a content against a schema that its receiver published (test/fixtures). */
function published(file: string, ajv: Ajv) {
	addFormats(ajv);
	const text = readFileSync(path.join(__dirname, '../fixtures', file), 'utf8');
	// Both name a draft that this validator does not know by name, and differ from its own in nothing that they use.
	const { $schema: _, id: __, ...schema } = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
	const validate = ajv.compile(schema);
	return z.unknown().superRefine((content, context) => {
		if (!validate(content)) context.addIssue(ajv.errorsText(validate.errors));
	});
}
const adaptiveCard = published('adaptive-cards/adaptive-card.json', new Ajv({ strict: false }));
const discordMessage = published(
	'discord/execute-webhook.json',
	new Ajv2020({ strict: false, formats: { snowflake: /^\d+$/ } }),
);

/** What Teams takes: a message with an Adaptive Card. */
const teamsSchema = z.strictObject({
	type: z.literal('message'),
	attachments: z
		.array(
			z.strictObject({
				contentType: z.literal('application/vnd.microsoft.card.adaptive'),
				contentUrl: z.null(),
				content: adaptiveCard,
			}),
		)
		.length(1),
});
const TEAMS_BYTES = 28 * 1024;

/** What Discord takes beyond its schema: docs.discord.com, "Execute Webhook", "Embed Object" and "Embed Limits". */
const discordSchema = z.strictObject({
	embeds: z
		.array(
			z
				.strictObject({
					title: z.string().min(1).max(256),
					description: z.string().min(1).max(4_096).optional(),
					url: z
						.url({ protocol: /^https?$/ })
						.max(2_048)
						.optional(),
					color: z.int().min(0).max(0xffffff),
					fields: z
						.array(
							z.strictObject({
								name: z.string().min(1).max(256),
								value: z.string().min(1).max(1_024),
								inline: z.boolean(),
							}),
						)
						.max(25),
					footer: z.strictObject({ text: z.string().min(1).max(2_048) }),
					timestamp: z.iso.datetime(),
				})
				.refine(
					({ title, description = '', fields, footer }) =>
						[title, description, footer.text, ...fields.flatMap(({ name, value }) => [name, value])].join(
							'',
						).length <= 6_000,
				),
		)
		.length(1),
	allowed_mentions: z.strictObject({ parse: z.array(z.never()) }),
});

const RECEIVERS = { slack: slackSchema, teams: teamsSchema, discord: discordMessage.pipe(discordSchema) } as const;
const FORMATS = ['slack', 'teams', 'discord'] as const;

const sent = (format: (typeof FORMATS)[number], about: Announcement) => {
	const body = payloads[format](about);
	const content: unknown = JSON.parse(body);
	return { body, content };
};

/** Texts that try to be more than text, of any length. */
const hostile = fc.oneof(
	fc.string({ unit: 'binary', maxLength: 5_000 }),
	fc
		.constantFrom(
			'<!channel>',
			'&',
			'@everyone',
			'[x](http://example.com)',
			'`',
			'\\',
			'👨‍👩‍👧',
			'\u202e',
			'\ud800',
			'"',
			'\n',
		)
		.chain((part) => fc.integer({ min: 1, max: 3_000 }).map((times) => part.repeat(times))),
);
const hostileUrl = fc.oneof(
	hostile,
	hostile.map((text) => `https://example.com/${text}`),
	fc.constantFrom('javascript:alert(1)', 'https://example.com/|x>', 'https://example.com/<!channel>'),
);
const hostileEvent = fc
	.record({
		type: fc.constantFrom(...DELIVERED_TYPES),
		text: hostile,
		other: hostile,
		url: hostileUrl,
		number: fc.double(),
	})
	.map(({ type, text, other, url, number }) =>
		announcement(type, {
			deployment: {
				git_sha: other,
				git_branch: text,
				actor: other,
				duration_seconds: number,
				error: { code: 'x', message: text },
			},
			environment: { name: text, primary_url: url, odoo_version: other, status: text },
			webhook: { id: text, paused_reason: other },
		}),
	);

describe.each(FORMATS)('the format %s', (format) => {
	it.each(Object.entries(EXAMPLES))('tells of %s', (_, about) => {
		expect(sent(format, about).content).toMatchSnapshot();
	});

	it.each(DELIVERED_TYPES)('tells of %s by these bytes', (type) => {
		expect(sent(format, announcement(type, dataOf(type))).body).toMatchSnapshot();
	});

	it.each(DELIVERED_TYPES)('has a message for %s that its receiver takes', (type) => {
		expect(RECEIVERS[format].safeParse(sent(format, announcement(type, {})).content).error).toBeUndefined();
	});

	it.each(Object.entries(EXAMPLES))('tells of %s in a form that its receiver takes', (_, about) => {
		expect(RECEIVERS[format].safeParse(sent(format, about).content).error).toBeUndefined();
	});

	it('stays within its receiver’s limits and forms, whatever the texts are', () => {
		fc.assert(
			fc.property(hostileEvent, (about) => {
				const { body, content } = sent(format, about);
				expect(RECEIVERS[format].safeParse(content).error).toBeUndefined();
				expect(Buffer.byteLength(body)).toBeLessThan(TEAMS_BYTES);
			}),
			{ numRuns: 400 },
		);
	});
});

describe('the schemas that receivers published', () => {
	it('refuse an Adaptive Card with an element that there is not', () => {
		const card = { type: 'AdaptiveCard', version: '1.4', body: [{ type: 'RichTextBox', inlines: ['text'] }] };
		expect(adaptiveCard.safeParse(card).success).toBe(false);
	});

	it('refuse a Discord message whose title is too long', () => {
		expect(discordMessage.safeParse({ embeds: [{ title: 'x'.repeat(257) }] }).success).toBe(false);
	});
});

describe('a hostile text', () => {
	const named = (name: string) => announcement('environment.created', { environment: { name } });

	it('mentions nobody on Slack', () => {
		expect(payloads.slack(named('<!channel> & <@U1>'))).not.toMatch(/<[!@]/);
	});

	it('is shown as it is on Discord', () => {
		const [embed] = discordSchema.parse(
			sent('discord', named('**@everyone** [x](https://example.com)')).content,
		).embeds;
		expect(embed?.title).toBe('Environment created\\: \\*\\*\\@everyone\\*\\* \\[x\\]\\(https\\://example.com\\)');
	});

	it('links nowhere but to a web page', () => {
		const link = (primary_url: string) =>
			messageOf(announcement('environment.created', { environment: { primary_url } })).link;
		expect([link('javascript:alert(1)'), link('https://example.com/a|b>c')?.url]).toEqual([
			null,
			'https://example.com/a%7Cb%3Ec',
		]);
	});

	it('is cut between characters', () => {
		expect(messageOf(named('👍'.repeat(100))).title).toMatch(/^Environment created: (?:👍)+…$/u);
	});
});
