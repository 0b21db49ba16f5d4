import { z } from 'zod';

/** The URL of somebody who is to be told something. What it leads to is checked whenever a socket connects. */
export const receiverUrl = z
	.string()
	.max(2000)
	.regex(/^[\x21-\x7e]+$/, 'must be a URL in ASCII without spaces')
	.refine(isPlainHttpUrl, 'must be an http or https URL without a user or password')
	.meta({ examples: ['https://hooks.example.com/odoo'] });

function isPlainHttpUrl(text: string): boolean {
	const url = URL.canParse(text) ? new URL(text) : null;
	return url !== null && ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
}
