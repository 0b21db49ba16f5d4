import { z } from 'zod';
import { invalidInput } from '../core/errors';
import { type Outbound, plainHttpUrl } from './outbound';

/** The URL of somebody who is to be told something. What it leads to is checked whenever a socket connects. */
export const receiverUrl = z
	.string()
	.max(2000)
	.regex(/^[\x21-\x7e]+$/, 'must be a URL in ASCII without spaces')
	.refine((text) => plainHttpUrl(text) !== null, 'must be an http or https URL without a user or password')
	.meta({ examples: ['https://hooks.example.com/odoo'] });

/** Refuses at once a URL to which requests could only fail. @throws {ApiError} 422 that names `pointer` */
export function refuseUnreachable(pointer: string, text: string, mayReach: Outbound['mayReach']): void {
	const url = new URL(text);
	if (mayReach(url)) return;
	throw invalidInput(
		pointer,
		`${url.hostname} is not on the public internet, and this service does not connect to it. Give the URL under which ` +
			'the receiver is public; who runs this service can open private ranges with OUTBOUND_ALLOWED_CIDRS.',
	);
}
