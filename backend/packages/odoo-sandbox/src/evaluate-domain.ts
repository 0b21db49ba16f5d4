import { conditionError, domainFields, type Domain, type DomainCondition } from './domain';
import { pythonRepr } from './python-repr';
import { toFloat } from './convert';
import { nextDay, parseDateValue } from './date-value';
import { invalidText, PythonException, valueError } from './errors';
import type { Field } from './fields';
import { hierarchyIds, ROW_WORK } from './hierarchy';
import type { Row, Value } from './journal';
import { likeMatcher } from './like';
import type { Model } from './model';
import { idsOf, rowId, testsActive, type Env } from './orm';

type Predicate = (row: Row) => boolean;
type Condition = Omit<DomainCondition, 'kind'>;

const LONGEST_PATH = 2000;
/** What it costs to test a condition, in the units of `Draft.work`: on a stored value, and on one to be worked out. */
const CONDITION_WORK = { stored: 500, computed: 5000 };
/** What it costs to look at a character once. */
const LOOK_WORK = 10;

const all: Predicate = () => true;
const none: Predicate = () => false;
const not =
	(predicate: Predicate): Predicate =>
	(row) =>
		!predicate(row);

/** The ids of the model's records that the domain holds for; archived ones only where `active` is asked for. */
export function searchIds(env: Env, model: Model, domain: Domain): number[] {
	const predicate = compileDomain(env, model, domain);
	const hidesArchived = testsActive(env, model) && !domainFields(domain).has('active');
	const ids: number[] = [];
	for (const row of env.draft.rows(model.name).values()) {
		env.draft.work(ROW_WORK);
		if (hidesArchived && row.active === false) continue;
		if (predicate(row)) ids.push(rowId(row));
	}
	return ids;
}

/**
 * Turns a domain into a test of records, with the meaning of Odoo 19 (`odoo/orm/domains.py` and the fields'
 * `condition_to_sql`), for every version. A negative operator is the exact opposite of its positive one, so unset values
 * match it. Throws what Odoo throws for unknown fields and values that cannot be compared.
 */
export function compileDomain(env: Env, model: Model, domain: Domain): Predicate {
	switch (domain.kind) {
		case 'constant':
			return domain.value ? all : none;
		case 'not':
			return not(compileDomain(env, model, domain.of));
		case 'and': {
			const parts = domain.of.map((part) => compileDomain(env, model, part));
			return (row) => parts.every((part) => part(row));
		}
		case 'or': {
			const parts = domain.of.map((part) => compileDomain(env, model, part));
			return (row) => parts.some((part) => part(row));
		}
		case 'any':
			checkLength(domain.field);
			return compileAny(env, model, domain.field, domain.domain);
		case 'condition': {
			checkLength(domain.field);
			const holds = compileCondition(env, model, domain);
			const cost = CONDITION_WORK[model.fields.get(domain.field)?.compute ? 'computed' : 'stored'];
			return (row) => {
				env.draft.work(cost);
				return holds(row);
			};
		}
	}
}

/** A path is followed step by step, each within the one before; Odoo gives up as well. */
function checkLength(path: string): void {
	if (path.length <= LONGEST_PATH) return;
	throw new PythonException('builtins.RecursionError', 'maximum recursion depth exceeded');
}

function fieldOf(model: Model, condition: Condition): Field {
	const name = condition.field.split('.', 1)[0] ?? '';
	const field = model.fields.get(name);
	if (field) return field;
	const { operator, value } = condition;
	throw conditionError(`Invalid field ${model.name}.${name}`, condition.field, operator, value);
}

const isRelational = (field: Field) =>
	field.type === 'many2one' || field.type === 'one2many' || field.type === 'many2many';

function compileAny(env: Env, model: Model, path: string, domain: Domain): Predicate {
	const [name = '', ...rest] = path.split('.');
	if (rest.length > 0) return compileAny(env, model, name, { kind: 'any', field: rest.join('.'), domain });
	if (name === 'id') return compileDomain(env, model, domain);
	const field = fieldOf(model, { field: path, operator: '=', value: false });
	switch (field.type) {
		case 'many2one': {
			const ids = new Set<Value>(searchIds(env.with({ active_test: false }), env.model(field.relation), domain));
			return (row) => ids.has(env.value(model, row, name));
		}
		case 'one2many':
		case 'many2many': {
			const ids = new Set(searchIds(env, env.model(field.relation), domain));
			return (row) => relatedIds(env, model, row, name, field).some((id) => ids.has(id));
		}
		default:
			throw conditionError("Cannot use 'any' with non-relational fields", name, 'any', []);
	}
}

function relatedIds(env: Env, model: Model, row: Row, name: string, field: Field): readonly number[] {
	return field.compute ? idsOf(env.value(model, row, name)) : env.relatedIds(row, name, field);
}

const POSITIVE = {
	'!=': '=',
	'not in': 'in',
	'not like': 'like',
	'not ilike': 'ilike',
	'not =like': '=like',
	'not =ilike': '=ilike',
} as const;

function compileCondition(env: Env, model: Model, condition: Condition): Predicate {
	const { operator, value } = condition;
	const field = fieldOf(model, condition);
	const [name = '', ...rest] = condition.field.split('.');
	if (rest.length > 0) {
		const property = rest.join('.');
		if (isRelational(field)) {
			return compileAny(env, model, name, { kind: 'condition', field: property, operator, value });
		}
		throw valueError(`Invalid field property ${pythonRepr(property)} on ${model.name}.${name}`);
	}
	switch (operator) {
		case '!=':
		case 'not in':
		case 'not like':
		case 'not ilike':
		case 'not =like':
		case 'not =ilike':
			return not(compileCondition(env, model, { ...condition, operator: POSITIVE[operator] }));
		case '=?':
			return isFalsy(value) ? all : compileCondition(env, model, { ...condition, operator: '=' });
		case 'child_of':
		case 'parent_of':
			return compileHierarchy(env, model, field, { ...condition, operator });
		case '=':
		case 'in':
			return compileIn(env, model, field, condition);
		case 'like':
		case 'ilike':
		case '=like':
		case '=ilike':
			return compileLike(env, model, field, condition);
		case '<':
		case '<=':
		case '>':
		case '>=':
			return compileInequality(env, model, field, { ...condition, operator });
	}
}

/** False, 0, an empty text or list: what Python takes for false. */
const isFalsy = (value: unknown) =>
	value === false || value === 0 || value === '' || (Array.isArray(value) && value.length === 0);

function compileHierarchy(
	env: Env,
	model: Model,
	field: Field,
	condition: Condition & { readonly operator: 'child_of' | 'parent_of' },
): Predicate {
	const { field: name, operator, value } = condition;
	if (value === false) return none;
	if (name !== 'id' && !isRelational(field)) {
		throw valueError(`Cannot execute ${operator} for ${model.name}.${name}, works only for relational fields`);
	}
	const comodel = 'relation' in field ? env.model(field.relation) : model;
	const sameModel = comodel.name === model.name && field.type === 'many2one';
	const wanted: readonly unknown[] = Array.isArray(value) ? value : [value];
	const starts = wanted.flatMap((item) =>
		typeof item === 'number'
			? [item]
			: searchIds(env, comodel, { kind: 'condition', field: 'display_name', operator: 'ilike', value: item }),
	);
	const ids = hierarchyIds(env, comodel, starts, operator, sameModel ? name : comodel.parent);
	if (name === 'id' || sameModel) return (row) => ids.has(rowId(row));
	return (row) => {
		const related = env.value(model, row, name);
		return typeof related === 'object'
			? relatedIds(env, model, row, name, field).some((id) => ids.has(id))
			: ids.has(Number(related));
	};
}

/** Texts and numbers that are unset count as empty and 0, as in Odoo (`falsy_value`). */
function comparable(field: Field, value: Value): Value {
	return value === false && isText(field) ? '' : value;
}

const isText = (field: Field) => field.type === 'char' || field.type === 'text' || field.type === 'html';

function compileIn(env: Env, model: Model, field: Field, condition: Condition): Predicate {
	const { field: name, operator } = condition;
	const given: unknown = condition.value;
	const values: readonly unknown[] = Array.isArray(given)
		? given.length === 0 && operator === '='
			? [false]
			: given.map((item: unknown) => item ?? false)
		: operator === 'in' && isFalsy(given)
			? []
			: [given];
	if (values.length === 0) return none;
	if (name === 'display_name') return compileName(env, model, operator === '=' ? 'in' : operator, values);
	if (isRelational(field)) return compileRelatedIn(env, model, field, name, values);
	const wanted = new Set(values.map((value) => wantedValue(env, field, name, value)));
	return (row) => wanted.has(comparable(field, env.value(model, row, name)));
}

function wantedValue(env: Env, field: Field, name: string, value: unknown): Value {
	switch (field.type) {
		case 'boolean':
			return typeof value === 'string' ? /^(y|yes|1|true|t|on)$/i.test(value) : !isFalsy(value);
		case 'integer':
		case 'float':
		case 'monetary':
			if (value === false) return name === 'id' ? false : 0;
			if (typeof value === 'string' && !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)) {
				throw invalidText(field.type === 'integer' ? 'integer' : 'numeric', value);
			}
			return toFloat(value);
		case 'date':
			return value === false ? false : parseDateValue(value, env.now, 'date').moment.slice(0, 10);
		case 'datetime':
			return value === false ? false : parseDateValue(value, env.now, 'datetime').moment;
		default:
			if (value === false) return isText(field) ? '' : false;
			return typeof value === 'string' ? value : pythonRepr(value);
	}
}

function compileRelatedIn(env: Env, model: Model, field: Field, name: string, values: readonly unknown[]): Predicate {
	const names = values.filter((value) => typeof value === 'string');
	const ids = new Set<unknown>(values.filter((value) => typeof value !== 'string'));
	if (ids.has(true)) {
		throw new PythonException('psycopg2.errors.UndefinedFunction', 'operator does not exist: integer = boolean');
	}
	const byName =
		names.length > 0
			? compileAny(env, model, name, { kind: 'condition', field: 'display_name', operator: 'in', value: names })
			: none;
	if (field.type === 'many2one') return (row) => ids.has(env.value(model, row, name)) || byName(row);
	return (row) => {
		const related = relatedIds(env, model, row, name, field);
		return related.some((id) => ids.has(id)) || (ids.has(false) && related.length === 0) || byName(row);
	};
}

function compileLike(env: Env, model: Model, field: Field, condition: Condition): Predicate {
	const { field: name, operator, value } = condition;
	const exact = operator.startsWith('=');
	if (isFalsy(value)) {
		if (!exact && !isRelational(field)) return all;
		const isUnset = compileIn(env, model, field, { field: name, operator: '=', value: false });
		return exact ? isUnset : not(isUnset);
	}
	if (exact && typeof value !== 'string') {
		throw conditionError('The pattern to match must be a string', name, operator, value, 'TypeError');
	}
	const pattern = typeof value === 'string' ? value : pythonRepr(value);
	if (isRelational(field)) {
		return compileAny(env, model, name, { kind: 'condition', field: 'display_name', operator, value: pattern });
	}
	if (name === 'display_name') return compileName(env, model, operator, pattern);
	const like = likeMatcher(exact ? pattern : `%${pattern}%`, operator.endsWith('ilike'));
	return (row) => {
		const text = env.value(model, row, name);
		if (text === false) return field.type === 'boolean' && like.matches('false');
		env.draft.work(LOOK_WORK * like.looks * String(text).length);
		return like.matches(String(text));
	};
}

/** A condition on `display_name` looks into the fields that name a record (`_rec_names_search`). */
function compileName(env: Env, model: Model, operator: DomainCondition['operator'], value: unknown): Predicate {
	if (model.nameSearch.length === 0) return all;
	const parts = model.nameSearch.map((name) => {
		const path = fieldAt(env, model, name) === 'many2one' ? `${name}.display_name` : name;
		return compileCondition(env, model, { field: path, operator, value });
	});
	return (row) => parts.some((part) => part(row));
}

function fieldAt(env: Env, model: Model, path: string): Field['type'] | undefined {
	const [name = '', ...rest] = path.split('.');
	const field = model.fields.get(name);
	return rest.length > 0 && field && 'relation' in field
		? fieldAt(env, env.model(field.relation), rest.join('.'))
		: field?.type;
}

const COMPARE = {
	'<': (left: string | number, right: string | number) => left < right,
	'<=': (left: string | number, right: string | number) => left <= right,
	'>': (left: string | number, right: string | number) => left > right,
	'>=': (left: string | number, right: string | number) => left >= right,
} as const;

function compileInequality(
	env: Env,
	model: Model,
	field: Field,
	condition: Condition & { readonly operator: keyof typeof COMPARE },
): Predicate {
	const { field: name, operator, value } = condition;
	const [compare, bound] = inequality(env, model, field, condition);
	if (bound === false) return none;
	return (row) => {
		const own = comparable(field, env.value(model, row, name));
		if (typeof own === 'string' && typeof bound === 'string') return compare(own, bound);
		if (typeof own === 'number' && typeof bound === 'number') return compare(own, bound);
		if (own === false) return false;
		throw valueError(`Cannot compare ${model.name}.${name} ${operator} ${pythonRepr(value)}`);
	};
}

type Compare = (typeof COMPARE)['<'];

function inequality(
	env: Env,
	model: Model,
	field: Field,
	{ field: name, operator, value }: Condition & { readonly operator: keyof typeof COMPARE },
): [Compare, string | number | false] {
	const compare = COMPARE[operator];
	switch (field.type) {
		case 'boolean': {
			const problem = `Cannot compare ${pythonRepr(name)} to a value which is not a collection of length 1`;
			throw conditionError(problem, name, operator, value);
		}
		case 'one2many':
		case 'many2many':
			throw new PythonException(
				'builtins.AssertionError',
				`Relational field ${model.name}.${name} expects 'any' operator`,
			);
		case 'many2one':
			if (typeof value === 'number' || value === false) return [compare, value];
			throw conditionError(
				'Inequality not supported for relational field using a string',
				name,
				operator,
				value,
				'TypeError',
			);
		case 'integer':
		case 'float':
		case 'monetary':
			return [compare, value === false ? 0 : toFloat(value)];
		case 'date':
			if (value === false) return [compare, false];
			return [compare, parseDateValue(value, env.now, 'date').moment.slice(0, 10)];
		case 'datetime': {
			if (value === false) return [compare, false];
			const { moment, wholeDay } = parseDateValue(value, env.now, 'datetime');
			if (wholeDay && operator === '>') return [COMPARE['>='], nextDay(moment)];
			if (wholeDay && operator === '<=') return [COMPARE['<'], nextDay(moment)];
			return [compare, moment];
		}
		case 'binary':
		case 'selection':
			return [compare, value === false ? false : textOf(value)];
		case 'char':
		case 'text':
		case 'html':
			return [compare, value === false ? '' : textOf(value)];
	}
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : pythonRepr(value));
