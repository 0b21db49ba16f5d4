import type { JsonSchema } from '../openapi';
import { idPrefix, type Resolve } from './example';
import { type Html, html, prose } from './html';

/** A schema in words: its type and what it demands. */
export function typeOf(schema: JsonSchema, resolve: Resolve): Html {
	const found = resolve(schema);
	const alternatives = found.oneOf ?? found.anyOf;
	if (alternatives !== undefined) return join(alternatives.map((choice) => typeOf(choice, resolve)));
	if (found.const !== undefined) return html`<code>${JSON.stringify(found.const)}</code>`;
	if (found.enum !== undefined) return join(found.enum.map((value) => html`<code>${JSON.stringify(value)}</code>`));
	if (Array.isArray(found.type)) return join(found.type.map((type) => typeOf({ ...found, type }, resolve)));
	if (found.type === 'array') {
		const items = itemsOf(found);
		return html`list${items === undefined ? '' : html` of ${typeOf(items, resolve)}`}${among(bounds(found.minItems, found.maxItems, 'items'))}`;
	}
	const prefix = idPrefix(found);
	if (prefix !== undefined) return html`id <code>${prefix}_…</code>`;
	if (found.format === 'date-time') return html`time`;
	return html`${found.type ?? 'any value'}${among(constraints(found))}`;
}

const join = (parts: readonly Html[]) => html`${parts.map((part, index) => (index === 0 ? part : html` or ${part}`))}`;

const among = (texts: readonly string[]) => (texts.length === 0 ? '' : html`, ${prose(texts.join(', '))}`);

const constraints = ({ minimum, maximum, minLength, maxLength, pattern }: JsonSchema) => [
	...bounds(minimum, maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum, ''),
	...bounds(minLength, maxLength, 'characters'),
	...(pattern === undefined ? [] : [`like \`${pattern}\``]),
];

function bounds(least: number | undefined, most: number | undefined, unit: string): string[] {
	if (least === Number.MIN_SAFE_INTEGER) return bounds(undefined, most, unit);
	const told = unit === '' ? '' : ` ${unit}`;
	if (least !== undefined && most !== undefined) return [`${least} to ${most}${told}`];
	if (most !== undefined) return [`at most ${most}${told}`];
	return least === undefined ? [] : [`at least ${least}${told}`];
}

/** What the items of a list are; undefined where nothing is said of them. */
export const itemsOf = ({ items }: JsonSchema) =>
	typeof items === 'object' && !Array.isArray(items) ? items : undefined;

/** The fields of an object, of the items of a list, or of each alternative, with what is in them below them. */
export function fieldsOf(schema: JsonSchema, resolve: Resolve): Html {
	const found = resolve(schema);
	const alternatives = (found.oneOf ?? found.anyOf ?? []).filter((choice) => resolve(choice).type !== 'null');
	if (alternatives.length > 1) {
		const views = alternatives.map((choice) => fieldsOf(choice, resolve)).filter(({ markup }) => markup !== '');
		return html`${views.map((view, index) => [index === 0 ? '' : html`<p class="or">or</p>`, view])}`;
	}
	const [only] = alternatives;
	if (only !== undefined) return fieldsOf(only, resolve);
	const items = itemsOf(found);
	if (items !== undefined) return fieldsOf(items, resolve);
	const fields = Object.entries(found.properties ?? {});
	if (fields.length === 0) return html``;
	return html`<dl class="fields">
		${fields.map(([name, field]) =>
			typeof field === 'object' ? fieldOf(name, field, found.required?.includes(name) ?? false, resolve) : '',
		)}
	</dl>`;
}

function fieldOf(name: string, field: JsonSchema, required: boolean, resolve: Resolve): Html {
	const { description, default: preset } = { ...resolve(field), ...field };
	return html`<div>
		<dt><code>${name}</code>${required ? '' : html` <span class="optional">optional</span>`}</dt>
		<dd>
			<span class="type"
				>${typeOf(field, resolve)}${preset === undefined ? '' : html`; <code>${JSON.stringify(preset)}</code> if left out`}</span
			>
			${description === undefined ? '' : html`<span>${prose(description)}</span>`} ${fieldsOf(field, resolve)}
		</dd>
	</div>`;
}
