/** A field to read, and the fields of the records that it leads to; null where its own value is wanted. */
export interface SearchField {
	readonly name: string;
	readonly of: readonly SearchField[] | null;
}

/** Not a list of fields. The message says where, and what was expected. */
export class SearchFieldError extends Error {
	override readonly name = 'SearchFieldError';
}

const MAX_LEVELS = 8;
const MAX_FIELDS = 500;

/** A name, a brace or a comma, with the blanks before it; anything else is one character of something wrong. */
const TOKEN = /\s*([A-Za-z_]\w*|[^])/y;

/**
 * Reads a list of fields as `search_data` takes it: `["name", "order_line{product_id{name}, price_unit}"]`
 * (usability_webhooks). A field that is named twice is read once, with the fields of both.
 * @throws SearchFieldError
 */
export function parseSearchFields(texts: readonly string[]): readonly SearchField[] {
	const reader = new Reader();
	return merged(texts.flatMap((text) => reader.read(text)));
}

class Reader {
	private text = '';
	private position = 0;
	/** Over all texts. */
	private count = 0;

	read(text: string): SearchField[] {
		this.text = text;
		this.position = 0;
		const fields = this.list(0);
		if (this.peek() !== '') this.fail('"," or the end');
		return fields;
	}

	private list(level: number): SearchField[] {
		const fields = [this.field(level)];
		while (this.peek() === ',') {
			this.next();
			fields.push(this.field(level));
		}
		return fields;
	}

	private field(level: number): SearchField {
		if (!/^[A-Za-z_]/.test(this.peek())) this.fail('the name of a field');
		const name = this.next();
		if (++this.count > MAX_FIELDS) throw new SearchFieldError(`There are more than ${MAX_FIELDS} fields.`);
		if (this.peek() !== '{') return { name, of: null };
		if (level === MAX_LEVELS) {
			throw new SearchFieldError(`Fields are nested more than ${MAX_LEVELS} levels deep at ${quoted(name)}.`);
		}
		this.next();
		const of = this.list(level + 1);
		if (this.peek() !== '}') this.fail('"," or "}"');
		this.next();
		return { name, of };
	}

	private peek(): string {
		TOKEN.lastIndex = this.position;
		return TOKEN.exec(this.text)?.[1]?.trim() ?? '';
	}

	private next(): string {
		const token = this.peek();
		this.position = TOKEN.lastIndex;
		return token;
	}

	private fail(expected: string): never {
		const found = this.peek() === '' ? 'the end' : quoted(this.peek());
		throw new SearchFieldError(
			`${quoted(this.text)}: expected ${expected}, found ${found} at character ${this.position + 1}.`,
		);
	}
}

function merged(fields: readonly SearchField[]): readonly SearchField[] {
	const byName = new Map<string, readonly SearchField[] | null>();
	for (const { name, of } of fields) {
		const known = byName.get(name) ?? [];
		byName.set(name, of === null ? (byName.get(name) ?? null) : [...known, ...of]);
	}
	return [...byName].map(([name, of]) => ({ name, of: of === null ? null : merged(of) }));
}

const quoted = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
