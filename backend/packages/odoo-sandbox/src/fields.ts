import type { Value } from './journal';
import type { Env, Rec } from './orm';

interface Common {
	readonly string: string;
	readonly help?: string;
	readonly required?: boolean;
	readonly readonly?: boolean;
	/** False for what a copy of the record must not have. */
	readonly copy?: boolean;
	readonly default?: (env: Env) => Value;
	/** The value is worked out whenever it is asked for, and so is always true. */
	readonly compute?: (record: Rec) => Value;
	/** A computed field that Odoo keeps in its database, where it can be sorted and grouped by. */
	readonly store?: boolean;
	/** The field is the parent's in Odoo's delegation inheritance (`_inherits`); writing goes there. */
	readonly inherited?: boolean;
}

export type Field = Common &
	(
		| { readonly type: 'char' | 'text' | 'html' | 'boolean' | 'date' | 'datetime' | 'binary' }
		| { readonly type: 'integer' | 'float'; readonly aggregator?: Aggregator | null }
		| { readonly type: 'monetary'; readonly currencyField: string; readonly aggregator?: Aggregator | null }
		| { readonly type: 'selection'; readonly selection: readonly (readonly [string, string])[] }
		| {
				readonly type: 'many2one';
				readonly relation: string;
				readonly ondelete: 'set null' | 'restrict' | 'cascade';
		  }
		| {
				readonly type: 'one2many';
				readonly relation: string;
				readonly relationField: string;
				/** Archived records never count, whatever the context says. */
				readonly activeOnly?: boolean;
		  }
		| { readonly type: 'many2many'; readonly relation: string }
	);

export type Aggregator = 'sum' | 'avg' | 'max';
export type Fields = Readonly<Record<string, Field>>;

type Options = Omit<Common, 'string'>;

export const char = (string: string, options: Options = {}): Field => ({ type: 'char', string, ...options });
export const text = (string: string, options: Options = {}): Field => ({ type: 'text', string, ...options });
export const html = (string: string, options: Options = {}): Field => ({ type: 'html', string, ...options });
export const boolean = (string: string, options: Options = {}): Field => ({ type: 'boolean', string, ...options });
export const date = (string: string, options: Options = {}): Field => ({ type: 'date', string, ...options });
export const datetime = (string: string, options: Options = {}): Field => ({ type: 'datetime', string, ...options });
export const binary = (string: string, options: Options = {}): Field => ({ type: 'binary', string, ...options });

type NumberOptions = Options & { readonly aggregator?: Aggregator | null };
export const integer = (string: string, options: NumberOptions = {}): Field => ({
	type: 'integer',
	string,
	...options,
});
export const float = (string: string, options: NumberOptions = {}): Field => ({ type: 'float', string, ...options });
export const monetary = (string: string, options: NumberOptions = {}): Field => ({
	type: 'monetary',
	string,
	currencyField: 'currency_id',
	...options,
});

export const selection = (
	string: string,
	choices: readonly (readonly [string, string])[],
	options: Options = {},
): Field => ({ type: 'selection', string, selection: choices, ...options });

export const many2one = (
	relation: string,
	string: string,
	options: Options & { readonly ondelete?: 'set null' | 'restrict' | 'cascade' } = {},
): Field => ({
	type: 'many2one',
	string,
	relation,
	ondelete: options.required ? 'restrict' : 'set null',
	...options,
});

export const one2many = (
	relation: string,
	relationField: string,
	string: string,
	options: Options & { readonly activeOnly?: boolean } = {},
): Field => ({
	type: 'one2many',
	string,
	relation,
	relationField,
	copy: false,
	...options,
});

export const many2many = (relation: string, string: string, options: Options = {}): Field => ({
	type: 'many2many',
	string,
	relation,
	...options,
});

/** The field's value at the end of a path of many2one fields; `field` describes it. */
export const related = (path: string, field: Field, options: Pick<Common, 'store'> = {}): Field => ({
	...field,
	readonly: true,
	required: false,
	compute: (record) => record.path(path),
	...options,
});

/** Whether Odoo has the field in its database, so that it can be sorted and grouped by. */
export const isStored = (field: Field): boolean => field.store ?? field.compute === undefined;

/** What an unset field of that type shows: 0 for numbers, an empty list for several records, else false. */
export function unset(field: Field): Value {
	switch (field.type) {
		case 'integer':
		case 'float':
		case 'monetary':
			return 0;
		case 'one2many':
		case 'many2many':
			return [];
		default:
			return false;
	}
}
