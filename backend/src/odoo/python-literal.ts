/**
 * What a Python literal says, as JSON would say it: lists, tuples and sets are arrays, dictionaries are objects.
 */
export type PythonValue =
	null | boolean | number | string | readonly PythonValue[] | { readonly [key: string]: PythonValue };

/** The text is no Python literal, or none that is taken here. Lines and columns count from 1. */
export class PythonSyntaxError extends Error {
	override readonly name = 'PythonSyntaxError';

	constructor(
		readonly reason: string,
		readonly line: number,
		readonly column: number,
	) {
		super(`Line ${line}, column ${column}: ${reason}.`);
	}
}

/** What is read without a pause, while all others wait: under 50 milliseconds. */
const MAX_LENGTH = 64 * 1024;
const MAX_DEPTH = 100;

/**
 * Reads a Python literal, as `ast.literal_eval` does
 * (https://docs.python.org/3/library/ast.html#ast.literal_eval). Nothing is evaluated: names, operators and calls (but
 * `set()`) are refused, and so are the literals that JSON has no word for: bytes, complex numbers, `...`, integers
 * beyond 2^53, infinite floats, characters by their names, and keys that are no strings. Takes 65,536 characters and
 * a hundred levels at most.
 * @throws PythonSyntaxError
 */
export function parsePythonLiteral(text: string): PythonValue {
	return new Parser(text, false).parse();
}

/**
 * The same, but what JSON has no word for is taken as what comes nearest, for it stands beside what is wanted: bytes are
 * text, complex numbers are numbers, `...` is true, a character's name stays as it is written, numbers may be too large
 * to be exact, and an entry whose key is no string is left out.
 * @throws PythonSyntaxError
 */
export function approximatePythonLiteral(text: string): PythonValue {
	return new Parser(text, true).parse();
}

const DIGITS = String.raw`\d(?:_?\d)*`;
const TOKENS = {
	blank: /(?:[ \t\f]|\\\n)+/y,
	blankLines: /(?:[ \t\f]*(?:#[^\n]*)?\n)*/y,
	comment: /#[^\n]*/y,
	insideBrackets: /(?:[ \t\f\n]+|\\\n|#[^\n]*)+/y,
	number: new RegExp(
		[
			String.raw`0[xX](?:_?[\da-fA-F])+`,
			String.raw`0[oO](?:_?[0-7])+`,
			String.raw`0[bB](?:_?[01])+`,
			String.raw`(?:(?:${DIGITS})?\.${DIGITS}|${DIGITS}\.?)(?:[eE][+-]?${DIGITS})?`,
		].join('|'),
		'y',
	),
	name: /[\p{L}_][\p{L}\p{N}_]*/uy,
	imaginary: /[jJ]/y,
	ellipsis: /\.\.\./y,
	emptyCall: /[ \t\f]*\([ \t\f\n]*\)/y,
	stringStart: /([A-Za-z]{0,2})('''|"""|'|")/y,
} as const;

const CONSTANTS = new Map<string, PythonValue>([
	['None', null],
	['True', true],
	['False', false],
]);

const ESCAPE =
	/\\(?:(?<octal>[0-7]{1,3})|x(?<x>[\da-fA-F]{2})|u(?<u>[\da-fA-F]{4})|U(?<U>[\da-fA-F]{8})|N\{(?<name>[A-Za-z][A-Za-z\d -]*)\}|(?<other>[^]))/g;
const ESCAPE_IN_BYTES = /\\(?:(?<octal>[0-7]{1,3})|x(?<x>[\da-fA-F]{2})|(?<other>[^]))/g;
const SIMPLE_ESCAPES = new Map([
	['\n', ''],
	['\\', '\\'],
	["'", "'"],
	['"', '"'],
	['a', '\x07'],
	['b', '\b'],
	['f', '\f'],
	['n', '\n'],
	['r', '\r'],
	['t', '\t'],
	['v', '\v'],
]);

const BACKSLASH = '\\'.charCodeAt(0);
const NEWLINE = '\n'.charCodeAt(0);
/** What may begin something that is skipped. */
const BLANK = new Set(Array.from(' \t\f\n\\#', (character) => character.charCodeAt(0)));

class Parser {
	private readonly text: string;
	private position = 0;
	/** Open brackets: within them, lines may end anywhere. */
	private depth = 0;
	/** Lists, sets and dictionaries so far. */
	private mutables = 0;

	constructor(
		text: string,
		private readonly approximate: boolean,
	) {
		this.text = text.replace(/\r\n?/g, '\n');
	}

	parse(): PythonValue {
		if (this.text.length > MAX_LENGTH) this.fail(`the text is longer than ${MAX_LENGTH} characters`);
		const zero = this.text.indexOf('\0');
		if (zero !== -1) this.fail('a null character is not allowed', zero);
		this.take(TOKENS.blankLines);
		const indent = this.take(TOKENS.blank);
		if (indent && this.position > indent[0].length) this.fail('unexpected indent');
		const value = this.tupleOrValue('');
		this.take(TOKENS.blank);
		this.take(TOKENS.comment);
		this.take(TOKENS.insideBrackets);
		if (this.position < this.text.length) this.fail(`unexpected ${this.nextToken()} after the value`);
		return value;
	}

	/** One value, or as many as commas part, up to `end`. */
	private tupleOrValue(end: string): PythonValue {
		if (end !== '' && this.at(end)) return [];
		const first = this.value();
		this.skip();
		if (!this.at(',')) return first;
		this.position++;
		return [first, ...this.items(end)];
	}

	private value(): PythonValue {
		this.skip();
		const start = this.position;
		switch (this.text[start]) {
			case '[':
				this.mutables++;
				return this.bracketed(']', () => this.items(']'));
			case '(':
				return this.bracketed(')', () => this.tupleOrValue(')'));
			case '{':
				this.mutables++;
				return this.bracketed('}', () => this.dictOrSet());
			case '-':
			case '+': {
				this.position++;
				this.skip();
				const number = this.number();
				if (number === undefined) this.fail('a sign must stand before a number', start);
				return this.complex(this.text[start] === '-' ? number.negated : number.value);
			}
			case "'":
			case '"':
				return this.strings();
			default:
				return this.atom();
		}
	}

	private atom(): PythonValue {
		const start = this.position;
		if (this.looksAt(TOKENS.stringStart)) return this.strings();
		const number = this.number();
		if (number !== undefined) return this.complex(number.value);
		if (this.approximate && this.take(TOKENS.ellipsis)) return true;
		const name = this.take(TOKENS.name)?.[0];
		if (name === undefined) this.fail(`expected a value, found ${this.nextToken()}`);
		if (name === 'set' && this.take(TOKENS.emptyCall)) {
			this.mutables++;
			return [];
		}
		const constant = CONSTANTS.get(name);
		if (constant === undefined) this.fail(`names and calls are not allowed: ${shortened(name)}`, start);
		return constant;
	}

	private bracketed<T>(end: string, content: () => T): T {
		const start = this.position;
		if (this.depth === MAX_DEPTH) this.fail(`nested more than ${MAX_DEPTH} levels deep`);
		this.position++;
		this.depth++;
		this.skip();
		const value = content();
		this.skip();
		if (this.position >= this.text.length) this.fail(`${this.text[start] ?? ''} was never closed`, start);
		if (!this.at(end)) this.fail(`expected "," or "${end}", found ${this.nextToken()}`);
		this.position++;
		this.depth--;
		return value;
	}

	/** What follows a number: nothing, or what makes it a complex one. */
	private complex(real: number): number {
		if (!this.approximate) return real;
		this.skip();
		if (!this.at('+') && !this.at('-')) return real;
		const sign = this.position++;
		this.skip();
		const imaginary = this.number();
		if (imaginary?.isImaginary !== true) this.fail(`operators are not allowed: ${this.text[sign] ?? ''}`, sign);
		return real || imaginary.value;
	}

	/** Values parted by commas, up to `end`; the last comma may stand alone. */
	private items(end: string): PythonValue[] {
		const items: PythonValue[] = [];
		for (;;) {
			this.skip();
			if (this.atEndOf(end)) return items;
			items.push(this.value());
			this.skip();
			if (!this.at(',')) return items;
			this.position++;
		}
	}

	private dictOrSet(): PythonValue {
		if (this.at('}')) return {};
		const start = this.position;
		const first = this.hashable();
		this.skip();
		if (this.at(':')) return this.dict(first, start);
		const items = [first];
		while (this.at(',')) {
			this.position++;
			this.skip();
			if (this.at('}')) break;
			items.push(this.hashable());
			this.skip();
		}
		return [...new Set(items)];
	}

	private dict(firstKey: PythonValue, firstStart: number): PythonValue {
		const entries: [string, PythonValue][] = [];
		let key = firstKey;
		let start = firstStart;
		for (;;) {
			if (typeof key !== 'string' && !this.approximate) {
				this.fail('the keys of a dictionary must be strings', start);
			}
			if (!this.at(':')) this.fail(`expected ":", found ${this.nextToken()}`);
			this.position++;
			const value = this.value();
			if (typeof key === 'string') entries.push([key, value]);
			this.skip();
			if (!this.at(',')) break;
			this.position++;
			this.skip();
			if (this.at('}')) break;
			start = this.position;
			key = this.hashable();
			this.skip();
		}
		return Object.fromEntries(entries);
	}

	private hashable(): PythonValue {
		const start = this.position;
		const before = this.mutables;
		const value = this.value();
		if (this.mutables > before) this.fail('a list, set or dictionary can be neither a key nor in a set', start);
		return value;
	}

	/** String literals side by side are one string. */
	private strings(): string {
		let value = '';
		let areBytes: boolean | undefined;
		do {
			const start = this.position;
			const [, prefix = '', quotes = ''] = this.take(TOKENS.stringStart) ?? [];
			const isBytes = /b/i.test(prefix);
			if (!(this.approximate ? /^([ur]?|b|br|rb)$/i : /^[ur]?$/i).test(prefix)) {
				this.fail(`a string with the prefix ${prefix} is not allowed`, start);
			}
			if (isBytes !== (areBytes ?? isBytes)) this.fail('bytes and text cannot be mixed', start);
			areBytes = isBytes;
			const content = this.upTo(quotes, start);
			if (isBytes && /\P{ASCII}/u.test(content.text)) this.fail('bytes can only contain ASCII characters', start);
			value += /r/i.test(prefix) ? content.text : this.unescaped(content, isBytes ? ESCAPE_IN_BYTES : ESCAPE);
			this.skip();
		} while (this.looksAt(TOKENS.stringStart));
		return value;
	}

	/** What stands before the closing quotes, which are taken too. */
	private upTo(quotes: string, opening: number): { text: string; start: number } {
		const start = this.position;
		const quote = quotes.charCodeAt(0);
		for (let end = start; end < this.text.length; end++) {
			const character = this.text.charCodeAt(end);
			if (character === BACKSLASH) {
				end++;
			} else if (character === quote && (quotes.length === 1 || this.text.startsWith(quotes, end))) {
				this.position = end + quotes.length;
				return { text: this.text.slice(start, end), start };
			} else if (character === NEWLINE && quotes.length === 1) {
				break;
			}
		}
		return this.fail('the string is never closed', opening);
	}

	/** https://docs.python.org/3/reference/lexical_analysis.html#escape-sequences */
	private unescaped({ text, start }: { text: string; start: number }, escapes: RegExp): string {
		if (!text.includes('\\')) return text;
		let value = '';
		let done = 0;
		for (const match of text.matchAll(escapes)) {
			value += text.slice(done, match.index) + this.escaped(match, start + match.index, escapes === ESCAPE);
			done = match.index + match[0].length;
		}
		return value + text.slice(done);
	}

	private escaped({ 0: escape, groups }: RegExpExecArray, position: number, isText: boolean): string {
		const { octal, x, u, U, name, other = '' } = groups ?? {};
		const hexadecimal = x ?? u ?? U;
		if (octal === undefined && hexadecimal === undefined) {
			if (name !== undefined && this.approximate) return escape;
			const letter = name === undefined ? other : 'N';
			if ((isText ? /[xuUN]/ : /x/).test(letter)) {
				this.fail(`the escape \\${letter} is not complete, or not supported`, position);
			}
			return SIMPLE_ESCAPES.get(other) ?? escape;
		}
		const codePoint = octal === undefined ? parseInt(hexadecimal ?? '', 16) : parseInt(octal, 8);
		if (codePoint > 0x10ffff) this.fail(`${escape} is no Unicode character`, position);
		return String.fromCodePoint(codePoint);
	}

	private number(): { value: number; negated: number; isImaginary: boolean } | undefined {
		const start = this.position;
		const token = this.take(TOKENS.number)?.[0];
		if (token === undefined) return undefined;
		const isImaginary = this.approximate && /^[\d_.eE+-]+$/.test(token) && this.take(TOKENS.imaginary) !== null;
		if (this.looksAt(TOKENS.name) || this.looksAt(TOKENS.number)) this.fail('this number is not valid', start);
		const digits = token.replaceAll('_', '');
		const value = Number(digits);
		const isInteger = !isImaginary && /^(\d+|0[xob].*)$/i.test(digits);
		if (isInteger && /^0+[1-9]/.test(digits)) this.fail('an integer may not start with 0', start);
		const isExact = Number.isFinite(value) && (!isInteger || Number.isSafeInteger(value));
		if (!isExact && !this.approximate) this.fail('the number is too large', start);
		return { value, negated: isInteger ? 0 - value : -value, isImaginary };
	}

	private skip() {
		if (!BLANK.has(this.text.charCodeAt(this.position))) return;
		this.take(this.depth > 0 ? TOKENS.insideBrackets : TOKENS.blank);
	}

	private at(character: string): boolean {
		return this.text[this.position] === character;
	}

	/** Without brackets, a tuple ends with its line. */
	private atEndOf(end: string): boolean {
		return end === '' ? /[\n#]/.test(this.text[this.position] ?? '\n') : this.at(end);
	}

	private looksAt(token: RegExp): boolean {
		token.lastIndex = this.position;
		return token.test(this.text);
	}

	private take(token: RegExp): RegExpExecArray | null {
		token.lastIndex = this.position;
		const match = token.exec(this.text);
		if (match) this.position = token.lastIndex;
		return match;
	}

	private nextToken(): string {
		if (this.position >= this.text.length) return 'the end of the text';
		if (this.at('\n')) return 'the end of the line';
		const found = /^(?:[\p{L}\p{N}_]+|[^])/u.exec(this.text.slice(this.position, this.position + 100))?.[0] ?? '';
		return `"${shortened(found)}"`;
	}

	private fail(reason: string, position = this.position): never {
		const lines = this.text.slice(0, position).split('\n');
		throw new PythonSyntaxError(reason, lines.length, (lines.at(-1) ?? '').length + 1);
	}
}

const shortened = (word: string) => (word.length > 40 ? `${word.slice(0, 40)}…` : word);
