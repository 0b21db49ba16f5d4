const ESCAPES: Readonly<Record<string, string>> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;',
};

/** Markup that is safe to show. */
export class Html {
	constructor(readonly markup: string) {}
}

type Part = string | number | Html | readonly Part[];

const write = (part: Part): string => {
	if (part instanceof Html) return part.markup;
	if (typeof part === 'object') return part.map(write).join('');
	return String(part).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
};

/** Makes markup; everything put into it is escaped, but for what is {@link Html} already. */
export const html = (literals: TemplateStringsArray, ...parts: readonly Part[]) =>
	new Html(literals.map((literal, index) => literal + write(parts[index] ?? '')).join(''));

/** Text in which `backticks` mark code. */
export const prose = (text: string) =>
	text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : html`${piece}`));

/** Text that must not be escaped, such as a style sheet of our own. */
export const raw = (markup: string) => new Html(markup);
