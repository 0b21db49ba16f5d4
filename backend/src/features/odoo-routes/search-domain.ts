import { invalidInput } from '../../core/errors';
import { DomainError, parseDomain } from '@odoo-platform/odoo-sandbox/values';
import { type JsonValue, parseJson } from '../../odoo/json';
import { parsePythonLiteral, PythonSyntaxError } from '../../odoo/python-literal';

/**
 * Reads a search domain, given as the text of a Python list, as the module takes it, or as the list itself. The text is
 * parsed, never evaluated.
 * @throws {ApiError} 422 if Odoo would not accept it as a domain
 */
export function readSearchDomain(given: string | JsonValue[]): JsonValue[] {
	try {
		const read = typeof given === 'string' ? fromPython(given) : given;
		if (!Array.isArray(read)) throw new DomainError('TypeError', 'must be a list of conditions');
		parseDomain(read);
		return read;
	} catch (error) {
		if (!(error instanceof DomainError || error instanceof PythonSyntaxError)) throw error;
		throw invalidInput('/params/vals/payload/search_domain', error.message);
	}
}

const fromPython = (text: string): JsonValue =>
	text.trim() === '' ? [] : parseJson(JSON.stringify(parsePythonLiteral(text)));
