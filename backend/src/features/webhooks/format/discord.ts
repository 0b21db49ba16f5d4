import type { Message, Tone } from './message';

const COLORS: Readonly<Record<Tone, number>> = {
	good: 0x2eb67d,
	bad: 0xe01e5a,
	warning: 0xecb22e,
	neutral: 0x1d9bd1,
};

/**
 * A message for Discord's webhooks: an embed (docs.discord.com/developers/resources/message, "Embed Limits": title 256
 * characters, description 4,096, at most 25 fields of 256 and 1,024, footer 2,048, together 6,000).
 */
export const discord = ({ title, text, tone, fields, link, footer, created_at }: Message) => ({
	embeds: [
		{
			title: escapeTo(256, title),
			...(text === null ? {} : { description: escapeTo(1_000, text) }),
			...(link === null ? {} : { url: link.url }),
			color: COLORS[tone],
			fields: fields.map(({ name, value }) => ({ name, value: escapeTo(450, value), inline: true })),
			footer: { text: footer },
			timestamp: created_at.toISOString(),
		},
	],
	// No mention in a text notifies anybody.
	allowed_mentions: { parse: [] },
});

/** The beginning of a text, with a backslash before every character that means something in Discord's Markdown. */
function escapeTo(max: number, text: string): string {
	let escaped = '';
	for (const character of text) {
		const next = /[\\`*_~|[\]()<>#@:-]/.test(character) ? `\\${character}` : character;
		if (escaped.length + next.length > max) break;
		escaped += next;
	}
	return escaped;
}
