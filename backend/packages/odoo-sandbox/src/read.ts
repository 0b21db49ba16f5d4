import { pythonRepr } from './python-repr';
import { valueError } from './errors';
import { isStored, type Field } from './fields';
import type { Row, Value } from './journal';
import type { Model } from './model';
import type { Env } from './orm';

/** A record as `read` gives it; a many2one is `[id, name]`. */
export type ReadRecord = Record<string, Value | readonly [number, string]>;

/** The records' fields, `id` always among them; records that are gone are left out. Throws for a field that is not there. */
export function readRecords(
	env: Env,
	model: Model,
	ids: readonly number[],
	fields: readonly string[] | null,
	withNames = true,
): ReadRecord[] {
	const names = fields && fields.length > 0 ? [...new Set(['id', ...fields])] : [...model.fields.keys()];
	const unknown = names.find((name) => !model.fields.has(name));
	if (unknown !== undefined) {
		const where = env.version < 17 ? 'on model' : 'on';
		throw valueError(`Invalid field ${pythonRepr(unknown)} ${where} ${pythonRepr(model.name)}`);
	}
	return ids.flatMap((id) => {
		const row = env.draft.get(model.name, id);
		return row
			? [Object.fromEntries(names.map((name) => [name, readValue(env, model, row, name, withNames)]))]
			: [];
	});
}

function readValue(
	env: Env,
	model: Model,
	row: Row,
	name: string,
	withNames: boolean,
): Value | readonly [number, string] {
	const value = env.value(model, row, name);
	const field = model.fields.get(name);
	if (!withNames || field?.type !== 'many2one' || typeof value !== 'number') return value;
	return [value, env.record(field.relation, value).displayName];
}

/** `fields_get`: what each field is, in the words of Odoo's version. */
export function describeFields(
	env: Env,
	model: Model,
	names: readonly string[] | null,
	attributes: readonly string[] | null,
): Record<string, Record<string, unknown>> {
	const wanted = names && names.length > 0 ? new Set(names) : null;
	return Object.fromEntries(
		[...model.fields]
			.filter(([name]) => !wanted || wanted.has(name))
			.map(([name, field]) => {
				const description = describeField(env, model, name, field);
				if (!attributes || attributes.length === 0) return [name, description];
				return [
					name,
					Object.fromEntries(Object.entries(description).filter(([key]) => attributes.includes(key))),
				];
			}),
	);
}

function describeField(env: Env, model: Model, name: string, field: Field): Record<string, unknown> {
	const stored = isStored(field);
	const computed = field.compute !== undefined && !field.inherited && name !== 'id';
	return {
		type: field.type,
		string: field.string,
		...(field.help ? { help: field.help } : {}),
		...(env.version >= 17 ? { name } : {}),
		change_default: false,
		company_dependent: false,
		depends: [],
		manual: false,
		readonly: (field.readonly ?? computed) || model.readonly === true,
		required: field.required ?? false,
		searchable: true,
		sortable: (stored || field.inherited === true) && field.type !== 'one2many' && field.type !== 'many2many',
		store: stored,
		...(env.version >= 17 ? { exportable: true, groupable: stored && field.type !== 'one2many' } : {}),
		...describeType(env, field),
	};
}

function describeType(env: Env, field: Field): Record<string, unknown> {
	const aggregate = (aggregator: string | null | undefined) =>
		aggregator === null ? {} : { [env.version >= 18 ? 'aggregator' : 'group_operator']: aggregator ?? 'sum' };
	switch (field.type) {
		case 'char':
		case 'text':
			return { translate: false, trim: true };
		case 'html':
			return { translate: false, sanitize: true, sanitize_tags: true };
		case 'binary':
			return { attachment: true };
		case 'integer':
		case 'float':
			return aggregate(field.aggregator);
		case 'monetary':
			return { currency_field: field.currencyField, ...aggregate(field.aggregator) };
		case 'selection':
			return { selection: field.selection };
		case 'many2one':
		case 'many2many':
			return { relation: field.relation, context: {}, domain: [] };
		case 'one2many':
			return { relation: field.relation, relation_field: field.relationField, context: {}, domain: [] };
		case 'boolean':
		case 'date':
		case 'datetime':
			return {};
	}
}
