import { z } from 'zod';
import { typeError, PythonException } from './errors';
import type { Model } from './model';
import type { Env } from './orm';

/** A parameter as Python shows it in a signature. */
export interface Parameter {
	readonly name: string;
	readonly required: boolean;
	readonly default?: unknown;
}

/** A method that can be called from outside, with named arguments. */
export interface Method {
	/** `model`: called on the model, without ids (`@api.model`). */
	readonly api: 'model' | 'records';
	readonly parameters: readonly Parameter[];
	/** Takes keyword arguments beyond its parameters and fails on them itself, as Odoo's `search_read` does. */
	readonly takesMore?: boolean;
	/** The first and last major version of Odoo that has it. */
	readonly since?: number;
	readonly until?: number;
	readonly call: (env: Env, model: Model, ids: readonly number[], args: Readonly<Record<string, unknown>>) => unknown;
}

type Shape = Readonly<Record<string, z.ZodType>>;
type Options = Pick<Method, 'since' | 'until' | 'takesMore'>;

/** A method called on records. */
export function onRecords<S extends Shape>(
	shape: S,
	run: (env: Env, model: Model, ids: readonly number[], args: z.infer<z.ZodObject<S>>) => unknown,
	options: Options = {},
): Method {
	const schema = z.object(shape);
	return {
		api: 'records',
		parameters: parametersOf(shape),
		call: (env, model, ids, args) => run(env, model, ids, parseArguments(schema, args)),
		...options,
	};
}

/** A method called on a model. */
export function onModel<S extends Shape>(
	shape: S,
	run: (env: Env, model: Model, args: z.infer<z.ZodObject<S>>) => unknown,
	options: Options = {},
): Method {
	return { ...onRecords(shape, (env, model, _ids, args) => run(env, model, args), options), api: 'model' };
}

function parametersOf(shape: Shape): Parameter[] {
	return Object.entries(shape).map(([name, schema]) => {
		const absent = schema.safeParse(undefined);
		return absent.success ? { name, required: false, default: absent.data } : { name, required: true };
	});
}

function parseArguments<T>(schema: z.ZodType<T>, args: unknown): T {
	const parsed = schema.safeParse(args);
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	throw typeError(`${issue?.path.join('.') ?? 'arguments'}: ${issue?.message ?? 'wrong type'}`);
}

// Over the wire, Python's callers send False or null for "not given".
const given = (value: unknown) => (value === false || value === null ? undefined : value);

/** An argument that may be left out, as null or false too; it is null then. */
export const optional = <T>(schema: z.ZodType<T>) =>
	z.preprocess(
		given,
		schema.nullish().transform((value) => value ?? null),
	);

/** Puts positional and named arguments together. Throws Python's TypeError where they do not fit, without its method name. */
export function bindArguments(
	method: Method,
	positional: readonly unknown[],
	named: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
	const { parameters, takesMore = false } = method;
	if (positional.length > parameters.length) throw new BindingError('too many positional arguments', '');
	const bound: Record<string, unknown> = {};
	for (const [index, value] of positional.entries()) bound[parameters[index]?.name ?? ''] = value;
	for (const [name, value] of Object.entries(named)) {
		if (name in bound) throw new BindingError(`multiple values for argument '${name}'`, name);
		if (!parameters.some((parameter) => parameter.name === name)) {
			if (!takesMore) throw new BindingError(`got an unexpected keyword argument '${name}'`, name);
			throw typeError(`BaseModel._read_format() got an unexpected keyword argument '${name}'`);
		}
		bound[name] = value;
	}
	const missing = parameters.find((parameter) => parameter.required && !(parameter.name in bound));
	if (missing) throw new BindingError(`missing a required argument: '${missing.name}'`, missing.name);
	return bound;
}

/** Arguments that do not fit a method's signature, in the words of Python's `inspect.Signature.bind`. */
export class BindingError extends PythonException {
	constructor(
		message: string,
		readonly argument: string,
	) {
		super('builtins.TypeError', message);
	}
}
