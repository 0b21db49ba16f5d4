import { isNativeError } from 'node:util/types';

/**
 * Under jest, the errors of Node.js itself are no instances of the tests' `Error`, and the AWS SDK asks for that: it would
 * wrap them, and lose their codes. Once this is imported, they are, as everywhere else.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
	value(this: unknown, value: unknown) {
		return this === Error ? isNativeError(value) : Function.prototype[Symbol.hasInstance].call(this, value);
	},
});
