import { Schema, type SchemaDefinitionProperty } from 'mongoose';

/** A value of any shape, which mongoose stores as it is. */
export const anything = Schema.Types.Mixed;

class Nullable<F> {
	readonly unset = null;
	constructor(readonly field: F) {}
}

class Optional<F> {
	readonly unset = undefined;
	constructor(readonly field: F) {}
}

/** A field that may be null, which is also its default. */
export const nullable = <const F>(field: F) => new Nullable(field);

/** A field that may be missing. */
export const optional = <const F>(field: F) => new Optional(field);

type ValueField<V> = [V] extends [string]
	? StringConstructor
	: [V] extends [number]
		? NumberConstructor
		: [V] extends [boolean]
			? BooleanConstructor
			: [V] extends [Date]
				? DateConstructor
				: typeof anything | ([V] extends [readonly (infer E)[]] ? readonly [ValueField<E>] : Fields<V>);

type NullableField<V> = null extends V ? Nullable<ValueField<Exclude<V, null>>> : ValueField<V>;

/**
 * Describes the fields of `T` to mongoose: each by the constructor of its value, by `[…]` with the description of an
 * array's elements, by `{…}` with an object's fields, or by `anything`. A field that may be null or missing is wrapped
 * in `nullable(…)` or `optional(…)`.
 */
export type Fields<T> = {
	readonly [K in keyof T]-?: undefined extends T[K]
		? Optional<NullableField<Exclude<T[K], undefined>>>
		: NullableField<T[K]>;
};

// Mongoose refuses empty texts in required fields by default. Here they are allowed.
Schema.Types.String.checkRequired((value) => typeof value === 'string');

type MongooseType = (typeof VALUES)[number] | Schema | readonly MongooseType[];

const VALUES = [String, Number, Boolean, Date, anything] as const;

/** The schema of mongoose for such a description. */
export const schemaOf = (fields: object): Schema =>
	new Schema(
		Object.fromEntries(Object.entries<unknown>({ ...fields }).map(([name, field]) => [name, propertyOf(field)])),
		{
			_id: false,
		},
	);

function propertyOf(field: unknown): SchemaDefinitionProperty {
	if (field instanceof Nullable) return { type: typeOf(field.field), default: null };
	if (field instanceof Optional) return { type: typeOf(field.field), default: undefined };
	return { type: typeOf(field), required: true };
}

function typeOf(field: unknown): MongooseType {
	const value = VALUES.find((one) => one === field);
	if (value !== undefined) return value;
	if (Array.isArray(field)) return field.map(typeOf);
	if (typeof field === 'object' && field !== null) return schemaOf(field);
	throw new Error('a field is described by nothing that is known');
}
