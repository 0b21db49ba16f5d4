import { createHash } from 'node:crypto';
import { addressPattern, AT, SANITIZED, SANITIZED_HOST } from './addresses';

const PATTERN = new RegExp(addressPattern('javascript'), 'gu');
const HAS_AT = new RegExp(AT, 'u');
const IS_SANITIZED = new RegExp(`^${SANITIZED}$`, 'u');
const ADDRESSES = new RegExp(SANITIZED, 'gu');

/** What takes the place of a value, so that equal ones stay equal. */
export const PSEUDONYMS = ['name', 'phone', 'street', 'zip', 'website', 'account', 'opaque'] as const;
export type Pseudonym = (typeof PSEUDONYMS)[number];

/** Those of each kind, which are left as they are: to sanitize twice is to sanitize once. */
export const DONE: Readonly<Record<Pseudonym, string>> = {
	name: '^Contact [0-9a-f]{10}(?:, Contact [0-9a-f]{10})*$',
	phone: '^[+]000 [0-9]{9}$',
	street: '^Street [0-9a-f]{10}$',
	zip: '^0[0-9]{4}$',
	website: '^https://w[0-9a-f]{10}[.]sanitized[.]invalid$',
	account: '^XX00[0-9A-F]{16}$',
	opaque: '^h[0-9a-f]{20}$',
};

const DIGITS: Readonly<Record<string, string>> = { a: '0', b: '1', c: '2', d: '3', e: '4', f: '5' };
const digits = (hex: string) => hex.replace(/[a-f]/g, (letter) => DIGITS[letter] ?? letter);
const trimmed = (text: string) => text.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
const folded = (text: string) => trimmed(text).normalize('NFC').toLowerCase();

/** Reads an address as it is written in URLs, HTML and JSON, so that all its forms are one. */
export function canonicalAddress(written: string): string {
	return written
		.replace(/%(?:25)+/g, '%')
		.replace(/&(?:amp;)+/g, '&')
		.replace(/&commat;|\\+x40|=40/g, '@')
		.replaceAll('&period;', '.')
		.replace(/(?:\\+u[0-9A-Fa-f]{4})+/g, (run) =>
			String.fromCharCode(
				...run
					.split(/\\+u/)
					.slice(1)
					.map((hex) => Number.parseInt(hex, 16)),
			),
		)
		.replace(/&#(?:([0-9]+)|[xX]([0-9A-Fa-f]+));?/g, (_written, decimal?: string, hex?: string) =>
			characterOf(decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number.parseInt(decimal, 10)),
		)
		.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
			try {
				return decodeURIComponent(run);
			} catch {
				return run.replaceAll('%', '');
			}
		})
		.normalize('NFC')
		.toLowerCase();
}

const characterOf = (point: number) =>
	point > 0 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff) ? String.fromCodePoint(point) : '';

/** Does with a key what takes private values out of text. SQL does the same in docker/sanitize/functions.ts. */
export function createScrubber(key: Buffer) {
	const secret = key.toString('hex');
	const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
	const digest = (text: string) => sha256(secret + sha256(secret + text));

	const addressOf = (written: string) =>
		IS_SANITIZED.test(written) ? written : `u${digest(canonicalAddress(written)).slice(0, 20)}@${SANITIZED_HOST}`;
	/** Puts hashes in the place of all addresses. */
	const scrub = (text: string): string =>
		HAS_AT.test(text)
			? text.replace(PATTERN, (_all, before: string, written: string) => before + addressOf(written))
			: text;

	const made: Readonly<Record<Pseudonym, (text: string) => string>> = {
		name: (text) =>
			text
				.split(', ')
				.map((part) => `Contact ${digest(`name:${folded(part)}`).slice(0, 10)}`)
				.join(', '),
		phone: (text) => {
			const number = text.replace(/[^0-9]/g, '').replace(/^0+/, '');
			return `+000 ${digits(digest(`phone:${number}`).slice(0, 9))}`;
		},
		street: (text) => `Street ${digest(`street:${folded(text)}`).slice(0, 10)}`,
		zip: (text) => `0${digits(digest(`zip:${folded(text)}`).slice(0, 4))}`,
		website: (text) => `https://w${digest(`website:${folded(text)}`).slice(0, 10)}.${SANITIZED_HOST}`,
		account: (text) => {
			const number = text.replace(/[^A-Za-z0-9]/g, '').toUpperCase();
			return `XX00${digest(`account:${number}`).slice(0, 16).toUpperCase()}`;
		},
		opaque: (text) => `h${digest(`opaque:${text}`).slice(0, 20)}`,
	};
	return {
		scrub,
		/** The addresses of a line of them, without the names beside these. */
		addressesOnly: (text: string): string =>
			[...scrub(text).matchAll(ADDRESSES)].map(([found]) => found).join(', '),
		pseudonym: (kind: Pseudonym, text: string): string =>
			trimmed(text) === '' || new RegExp(DONE[kind], 'u').test(text) ? text : made[kind](text),
		/** Whether an address is in it that is not a hash. */
		holdsAddress: (text: string): boolean => HAS_AT.test(text) && scrub(text) !== text,
	};
}

export type Scrubber = ReturnType<typeof createScrubber>;
