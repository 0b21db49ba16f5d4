import type { IncomingHttpHeaders } from 'node:http';

/** What a client would like, in `Prefer` (RFC 7240), as far as it is honored here. */
export interface Preferences {
	/** How long to wait for the end of the work, in seconds. */
	readonly wait?: number;
	/** `strict`: a failure of the work is a failure of the request. */
	readonly handling?: 'strict' | 'lenient';
}

const PART = /(?:[^",;]|"(?:[^"\\]|\\.)*(?:"|$))+/.source;
const PREFERENCE = new RegExp(`(${PART})(?:;(?:${PART})?)*`, 'g');

/** Of a preference that is named twice the first one counts; one that cannot be read is ignored (RFC 7240, section 2). */
export function readPreferences({ prefer = '' }: IncomingHttpHeaders): Preferences {
	const text = typeof prefer === 'string' ? prefer : prefer.join(',');
	const named = new Map<string, string>();
	for (const [, preference = ''] of text.matchAll(PREFERENCE)) {
		const [name = '', value = ''] = preference.split(/=(.*)/s).map((part) => part.trim());
		if (!named.has(name.toLowerCase())) named.set(name.toLowerCase(), value.replaceAll('"', ''));
	}
	const wait = named.get('wait') ?? '';
	const handling = named.get('handling')?.toLowerCase();
	return {
		...(/^\d{1,9}$/.test(wait) ? { wait: Number(wait) } : {}),
		...(handling === 'strict' || handling === 'lenient' ? { handling } : {}),
	};
}

/** The reply's header that tells which preferences were honored. */
export function preferenceApplied({ wait, handling }: Preferences): Readonly<Record<string, string>> {
	const applied = [
		...(wait === undefined ? [] : [`wait=${wait}`]),
		...(handling === undefined ? [] : [`handling=${handling}`]),
	];
	return applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') };
}
