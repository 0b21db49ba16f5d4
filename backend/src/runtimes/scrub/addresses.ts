/** What sanitized addresses end with: no mail reaches it (RFC 2606). */
export const SANITIZED_HOST = 'sanitized.invalid';

/** A regular expression's language; one expression finds the same in both. */
export type Dialect = 'javascript' | 'postgresql';

/** Code points beyond ASCII that addresses are written with: no spaces, quotes or other punctuation. */
const WIDE: readonly (readonly [number, number])[] = [
	[0xa1, 0xaa],
	[0xac, 0xba],
	[0xbc, 0x1fff],
	[0x2070, 0x2fff],
	[0x3040, 0xd7ff],
	[0xf900, 0xfdcf],
	[0xfe70, 0xfefe],
	[0xff21, 0xffef],
	[0x10000, 0x10ffff],
];

function wideClass(dialect: Dialect): string {
	const one = (point: number) =>
		dialect === 'javascript' ? `\\u{${point.toString(16)}}` : `\\U${point.toString(16).padStart(8, '0')}`;
	return WIDE.map(([from, to]) => `${one(from)}-${one(to)}`).join('');
}

// How letters, digits, `+`, `-`, `_` and what is beyond ASCII are written in URLs, HTML and JSON.
const URL_BYTE = '%(?:25)*(?:2[BDbd]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa]|[89A-Fa-f][0-9A-Fa-f])';
const DECIMAL =
	'4[3589]|5[0-7]|6[5-9]|[78][0-9]|90|95|9[7-9]|1[01][0-9]|12[0-2]|16[1-9]|1[7-9][0-9]|[2-9][0-9][0-9]|[1-9][0-9]{3,5}';
const HEX = '2[BDbd]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9Aa]|[Aa][1-9A-Fa-f]|[B-Fb-f][0-9A-Fa-f]';
const HTML = `&(?:amp;)*#(?:0*(?:${DECIMAL})|[xX]0*(?:${HEX}|[1-9A-Fa-f][0-9A-Fa-f]{2,4}));`;
const JSON = `\\\\+u(?:00(?:${HEX})|0[1-9A-Fa-f][0-9A-Fa-f]{2}|[13-9A-Fa-f][0-9A-Fa-f]{3}|2[1-9A-Fa-f][0-9A-Fa-f]{2})`;
const ENCODED = `${URL_BYTE}|${HTML}|${JSON}`;

/** What stands between the name and the host of an address: as it is, or as URLs, HTML, JSON, code and mails write it. */
export const AT = '@|%(?:25)*40|&(?:amp;)*#(?:0*64|[xX]0*40);?|&(?:amp;)*commat;|\\\\+u0040|\\\\+x40|=40';
const DOT = '[.]|%(?:25)*2[Ee]|&(?:amp;)*(?:#0*46|#[xX]0*2[Ee]|period);|\\\\+u002[Ee]';

/** Pictures for screens of many dots are called `logo@2x.png`; no host is called so. */
const NO_HOST =
	'(?!(?:png|jpe?g|gif|svg|webp|avif|bmp|css|scss|less|js|mjs|xml|html?|map|ico|woff2?|ttf)(?![A-Za-z0-9-]))';

/** Encoded characters that end what was before: in `%3Da%40b.example`, `3D` is no part of the address. */
const BEFORE = '%(?:25)*[0-9A-Fa-f]{2}|\\\\+u[0-9A-Fa-f]{4}|\\\\+[bfnrt]';

/** A hash that has taken an address's place; with a number where values must differ, and in capitals where SQL made it so. */
export const SANITIZED = '[uU][0-9a-fA-F]{20}(?:-[0-9]+)?@(?:sanitized[.]invalid|SANITIZED[.]INVALID)';

/** Finds addresses: the first group is what comes before and stays, the second the address as it is written. */
export function addressPattern(dialect: Dialect): string {
	const wide = wideClass(dialect);
	// Without bounds, JavaScript takes a long word apart from each of its letters to its end.
	const [many, some] = dialect === 'javascript' ? ['{0,254}', '{1,254}'] : ['*', '+'];
	const name = `(?:[A-Za-z0-9_+${wide}-]|${ENCODED})(?:[A-Za-z0-9_+.!$'*^~${wide}-]|${DOT}|${ENCODED})${many}`;
	const label = `(?:[A-Za-z0-9_${wide}-]|${ENCODED})${some}`;
	const top = `${NO_HOST}(?:[A-Za-z${wide}]|${ENCODED})(?:[A-Za-z0-9${wide}-]|${ENCODED})${some}`;
	const host = `(?:${label}(?:${DOT}))+${top}|[0-9]{1,3}(?:[.][0-9]{1,3}){3}|\\[[0-9A-Za-z:.]+\\]`;
	return `((?:(?!${ENCODED})(?:${BEFORE}))*)((?:${name}|"[^"@<>\\n]+")(?:${AT})(?:${host}))`;
}

/** Holds for one that is written as it is, as nearly all are. */
export function plainAddressPattern(dialect: Dialect): string {
	const wide = wideClass(dialect);
	const name = `[A-Za-z0-9_+${wide}-][A-Za-z0-9_+.!$'*^~${wide}-]*`;
	return `^${name}@(?:[A-Za-z0-9_${wide}-]+[.])+${NO_HOST}[A-Za-z${wide}][A-Za-z0-9${wide}-]+$`;
}

/** Finds, quickly, each run of characters in which addresses may be, whole. */
export function candidatePattern(dialect: Dialect): string {
	const wide = wideClass(dialect);
	const run = `[A-Za-z0-9_+.!$'*^~%&#;\\\\${wide}-]*`;
	return `((?:"[^"@<>\\n]+"|${run})(?:(?:${AT})(?:\\[[0-9A-Za-z:.]+\\]|${run}))+)`;
}
