import type { Message, Tone } from './message';

const STYLES: Readonly<Record<Tone, string>> = {
	good: 'good',
	bad: 'attention',
	warning: 'warning',
	neutral: 'accent',
};

/**
 * A message for Microsoft Teams (workflows and incoming webhooks): an Adaptive Card, of the version 1.4 that Teams
 * shows, far below the limit of 28 kB. Texts of users are in text runs, which are shown literally: unlike text blocks,
 * they know no Markdown (adaptivecards.io/explorer/TextRun.html).
 */
export const teams = ({ title, text, tone, fields, link, footer }: Message) => ({
	type: 'message',
	attachments: [
		{
			contentType: 'application/vnd.microsoft.card.adaptive',
			contentUrl: null,
			content: {
				$schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
				type: 'AdaptiveCard',
				version: '1.4',
				body: [
					{
						type: 'Container',
						style: STYLES[tone],
						bleed: true,
						items: [line({ type: 'TextRun', text: title, weight: 'Bolder', size: 'Medium' })],
					},
					...(text === null ? [] : [line({ type: 'TextRun', text })]),
					...fields.map(({ name, value }) =>
						line(
							{ type: 'TextRun', text: `${name}: `, weight: 'Bolder' },
							{ type: 'TextRun', text: value },
						),
					),
					line({ type: 'TextRun', text: footer, isSubtle: true, size: 'Small' }),
				],
				actions: link === null ? [] : [{ type: 'Action.OpenUrl', title: link.label, url: link.url }],
			},
		},
	],
});

interface TextRun {
	readonly type: 'TextRun';
	readonly text: string;
	readonly weight?: 'Bolder';
	readonly size?: 'Medium' | 'Small';
	readonly isSubtle?: true;
}

const line = (...inlines: TextRun[]) => ({ type: 'RichTextBlock', inlines });
