import { z } from 'zod';
import { plainHttpUrl } from './outbound';

/** The URL of somebody who is to be told something. What it leads to is checked whenever a socket connects. */
export const receiverUrl = z
	.string()
	.max(2000)
	.regex(/^[\x21-\x7e]+$/, 'must be a URL in ASCII without spaces')
	.refine((text) => plainHttpUrl(text) !== null, 'must be an http or https URL without a user or password')
	.meta({ examples: ['https://hooks.example.com/odoo'] });
