import { BSONRegExp, Binary, Long, ObjectId, UUID } from 'bson';
import { Context } from 'mingo/core';
import * as expressionOperators from 'mingo/operators/expression';
import * as queryOperators from 'mingo/operators/query';
import { Query } from 'mingo/query';
import { type Doc, isArray, isDoc, typeName } from './documents';
import { EngineError, unsupported } from './errors';
import { comparisonOperators } from './comparison';

/** Whether a document matches. */
export type Predicate = (doc: Doc) => boolean;

const operators = { ...queryOperators, ...comparisonOperators };
const plainContext = Context.init({ query: operators });
const expressionContext = Context.init({ query: operators, expression: expressionOperators });

/**
 * Prepares a document from the wire for mingo: regular expressions become JavaScript's, and values that mingo would
 * compare wrongly are refused. Throws `BadValue` and `CommandNotSupported`.
 */
export function readFilter(filter: Doc): Doc {
	const { $comment: _comment, ...rest } = filter;
	return readDoc(rest);
}

function readDoc(doc: Doc): Doc {
	const result: Doc = {};
	for (const [key, value] of Object.entries(doc)) {
		if (key === '$options' && '$regex' in doc) continue;
		if (key === '__proto__') throw unsupported('searching for fields of the name __proto__');
		result[key] = key === '$regex' ? readRegex(value, doc['$options']) : readOperand(value);
	}
	return result;
}

function readOperand(value: unknown): unknown {
	if (typeof value !== 'object' || value === null || value instanceof ObjectId || value instanceof UUID) return value;
	if (value instanceof Date || value instanceof RegExp) return value;
	if (value instanceof BSONRegExp) return readRegex(value, undefined);
	if (Array.isArray(value)) return value.map(readOperand);
	if (isDoc(value)) return readDoc(value);
	if (value instanceof Long) throw unsupported('64-bit integers beyond 2^53');
	if (value instanceof Binary) throw unsupported('searching for binary values');
	throw unsupported(`searching for values of the BSON type ${typeName(value)}`);
}

function readRegex(value: unknown, options: unknown): RegExp {
	if (value instanceof RegExp) return value;
	const source = value instanceof BSONRegExp ? value.pattern : value;
	const flags = options ?? (value instanceof BSONRegExp ? value.options : '');
	if (typeof source !== 'string' || typeof flags !== 'string') {
		throw new EngineError('BadValue', '$regex and $options have to be strings.');
	}
	const foreign = /[^imsu]/.exec(flags);
	if (foreign) throw unsupported(`the option ${foreign[0]} of regular expressions`);
	try {
		return new RegExp(source, flags);
	} catch (error) {
		throw new EngineError(
			'BadValue',
			`Regular expression is invalid: ${error instanceof Error ? error.message : ''}`,
		);
	}
}

/** Compiles a filter that `readFilter` has read. Throws `BadValue` for operators that do not exist. */
export function compileFilter(filter: Doc): Predicate {
	if (Object.keys(filter).length === 0) return () => true;
	const context = usesExpressions(filter) ? expressionContext : plainContext;
	const query = refuseMistakes(() => new Query<Doc>(filter, { context, scriptEnabled: false }));
	return (doc) => refuseMistakes(() => query.test(doc));
}

function usesExpressions(filter: Doc): boolean {
	return Object.entries(filter).some(
		([key, value]) =>
			key === '$expr' || (Array.isArray(value) && value.some((item) => isDoc(item) && usesExpressions(item))),
	);
}

/** Runs mingo and turns its errors, which are about the client's input, into `BadValue`. */
export function refuseMistakes<T>(run: () => T): T {
	try {
		return run();
	} catch (error) {
		if (error instanceof EngineError) throw error;
		throw new EngineError('BadValue', error instanceof Error ? error.message : String(error));
	}
}

/** A condition `{ [path]: operand }` that every match of the filter must meet. */
export interface Conjunct {
	path: string;
	operand: unknown;
}

/** The conditions on fields that a filter joins by `and`: those at its top and within `$and`. */
export function conjunctsOf(filter: Doc): Conjunct[] {
	return Object.entries(filter).flatMap(([key, operand]) => {
		if (key === '$and' && Array.isArray(operand)) return operand.filter(isDoc).flatMap(conjunctsOf);
		return key.startsWith('$') ? [] : [{ path: key, operand }];
	});
}

/** Whether `conjunctsOf` gives all conditions of a filter. */
export function isConjunction(filter: Doc): boolean {
	return Object.entries(filter).every(
		([key, operand]) =>
			!key.startsWith('$') ||
			(key === '$and' && isArray(operand) && operand.every((part) => isDoc(part) && isConjunction(part))),
	);
}

/** Whether a value is a document of operators such as `{ $gt: 5 }`. */
export function isOperators(value: unknown): value is Doc {
	return isDoc(value) && Object.keys(value).some((key) => key.startsWith('$'));
}
