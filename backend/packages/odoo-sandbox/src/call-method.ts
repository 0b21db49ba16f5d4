import { DomainError } from './domain';
import { findMethod } from './base-methods';
import { accessError, PythonException } from './errors';
import type { Method } from './method';
import type { Model } from './model';
import type { Env } from './orm';

// Odoo 19 made these private, and so refuses them as it refuses names with an underscore.
const PRIVATE_FROM_19 = new Set([
	'exists',
	'browse',
	'search_fetch',
	'ensure_one',
	'mapped',
	'filtered',
	'sorted',
	'sudo',
]);

/** The method to call; throws an AccessError for a private one, and gives undefined for one that is not there. */
export function publicMethod(env: Env, model: Model, name: string): Method | undefined {
	if (name.startsWith('_') || (env.version >= 19 && PRIVATE_FROM_19.has(name))) {
		const shown = env.version >= 19 ? `'${model.name}.${name}'` : name;
		throw accessError(`Private methods (such as ${shown}) cannot be called remotely.`);
	}
	return findMethod(env, model, name);
}

/** What Odoo would have raised. An error of the sandbox's own is thrown on: it is nobody's business outside. */
export function asPythonException(error: unknown): PythonException {
	if (error instanceof PythonException) return error;
	if (error instanceof DomainError) return new PythonException(`builtins.${error.pythonType}`, error.message);
	// A domain nested beyond the stack; Python's own limit is lower.
	if (error instanceof RangeError) {
		return new PythonException('builtins.RecursionError', 'maximum recursion depth exceeded');
	}
	throw error;
}
