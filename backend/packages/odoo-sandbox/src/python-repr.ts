/** `value` (JSON) as Python's `repr` writes it, for messages that must read as Odoo's own. */
export function pythonRepr(value: unknown): string {
	if (value === null || value === undefined) return 'None';
	if (value === true) return 'True';
	if (value === false) return 'False';
	if (typeof value === 'string') return stringRepr(value);
	if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
	if (typeof value === 'object') {
		const items = Object.entries(value).map(([key, item]) => `${stringRepr(key)}: ${pythonRepr(item)}`);
		return `{${items.join(', ')}}`;
	}
	return JSON.stringify(value);
}

/** The name of Python's type of `value` (JSON), e.g. `str`. */
export function pythonType(value: unknown): string {
	if (value === null || value === undefined) return 'NoneType';
	if (typeof value === 'string') return 'str';
	if (typeof value === 'boolean') return 'bool';
	if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
	return Array.isArray(value) ? 'list' : 'dict';
}

/** A tuple's `repr`: domain conditions are shown that way, whatever they were sent as. */
export function tupleRepr(items: readonly unknown[]): string {
	return `(${items.map(pythonRepr).join(', ')}${items.length === 1 ? ',' : ''})`;
}

function stringRepr(text: string): string {
	const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
	const body = text
		.replaceAll('\\', '\\\\')
		.replaceAll(quote, `\\${quote}`)
		.replaceAll('\n', '\\n')
		.replaceAll('\r', '\\r')
		.replaceAll('\t', '\\t');
	return quote + body + quote;
}
