import type { Message, Tone } from './message';

const COLORS: Readonly<Record<Tone, string>> = {
	good: '#2eb67d',
	bad: '#e01e5a',
	warning: '#ecb22e',
	neutral: '#1d9bd1',
};

/**
 * A message for Slack's incoming webhooks: a line of text, which notifications show too, and an attachment with a
 * colored bar and Block Kit blocks (docs.slack.dev/reference/block-kit/blocks: a section's text has at most 3,000
 * characters, its fields are at most 10 of 2,000).
 */
export const slack = ({ title, text, tone, fields, link, footer }: Message) => ({
	text: escape(title),
	attachments: [
		{
			color: COLORS[tone],
			blocks: [
				...(text === null ? [] : [{ type: 'section', text: formatted(escape(text)) }]),
				...(fields.length === 0
					? []
					: [
							{
								type: 'section',
								fields: fields.map(({ name, value }) => formatted(`*${name}*\n${escape(value)}`)),
							},
						]),
				...(link === null ? [] : [{ type: 'section', text: formatted(`<${escape(link.url)}|${link.label}>`) }]),
				{ type: 'context', elements: [formatted(escape(footer))] },
			],
		},
	],
});

/** `verbatim`: Slack makes links and mentions only of what is marked up as one. */
const formatted = (text: string) => ({ type: 'mrkdwn', text, verbatim: true });

/**
 * The three characters that Slack's formatting asks to escape: they begin links and mentions such as `<!channel>`. It
 * has no way to escape `*`, `_`, `~` and backticks, which can do no more than change the look.
 */
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
