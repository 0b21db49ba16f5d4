import { pythonRepr } from './python-repr';
import { userError, valueError } from './errors';
import { isStored } from './fields';
import type { Row, Value } from './journal';
import type { Model } from './model';
import type { Env } from './orm';

const TERM = /^\s*([a-z_][a-z0-9_.]*)(?:\s+(asc|desc))?(?:\s+nulls\s+(first|last))?\s*$/i;

type Key = Exclude<Value, readonly number[]>;

interface Term {
	readonly keyOf: (row: Row) => Key;
	readonly descending: boolean;
	readonly unsetFirst: boolean;
}

/** The ids in that order (`_order` syntax), as PostgreSQL puts them; unset values come last, or first when descending. */
export function sortIds(env: Env, model: Model, ids: readonly number[], order: string): number[] {
	const terms = parseOrder(env, model, order);
	const rows = env.draft.rows(model.name);
	const keyed = ids.map((id) => {
		const row = rows.get(id) ?? { id };
		return { id, keys: terms.map((term) => term.keyOf(row)) };
	});
	keyed.sort((left, right) => {
		for (const [index, term] of terms.entries()) {
			const difference = compareKeys(left.keys[index] ?? false, right.keys[index] ?? false, term);
			if (difference !== 0) return difference;
		}
		return left.id - right.id;
	});
	return keyed.map(({ id }) => id);
}

function parseOrder(env: Env, model: Model, order: string): Term[] {
	// What comes again decides nothing, so that its first coming is enough.
	const terms = new Map<string, Term>();
	for (const text of new Set(order.split(','))) {
		const [, path = '', direction = 'asc', nulls] = TERM.exec(text) ?? [];
		if (!path) {
			throw userError(
				`Invalid "order" specified (${order}). A valid "order" specification is a comma-separated list of ` +
					'valid field names (optionally followed by asc/desc for the direction)',
			);
		}
		if (terms.has(path)) continue;
		const descending = direction.toLowerCase() === 'desc';
		const unsetFirst = nulls ? nulls.toLowerCase() === 'first' : descending;
		terms.set(path, { keyOf: keyFunction(env, model, path), descending, unsetFirst });
	}
	return [...terms.values()];
}

function keyFunction(env: Env, model: Model, path: string): (row: Row) => Key {
	const [name = '', ...rest] = path.split('.');
	const property = rest.join('.');
	const field = model.fields.get(name);
	if (!field) throw valueError(`Invalid field ${pythonRepr(name)} on model ${pythonRepr(model.name)}`);
	if (!isStored(field) && !field.inherited) {
		throw valueError(`Cannot convert ${model.name}.${name} to SQL because it is not stored`);
	}
	if (property && !(field.type === 'many2one' && property === 'id')) {
		throw valueError(`Invalid field property ${pythonRepr(property)} on ${model.name}.${name}`);
	}
	const keyOf = (row: Row): Key => {
		const value = env.value(model, row, name);
		return typeof value === 'object' ? false : value;
	};
	if (field.type !== 'many2one' || property) return keyOf;
	const comodel = env.model(field.relation);
	const ranks = new Map(
		sortIds(env, comodel, [...env.draft.rows(comodel.name).keys()], comodel.order).map((id, rank) => [id, rank]),
	);
	return (row) => ranks.get(Number(keyOf(row))) ?? false;
}

function compareKeys(left: Key, right: Key, { descending, unsetFirst }: Term): number {
	if (left === right) return 0;
	if (typeof left !== typeof right) return (left === false) === unsetFirst ? -1 : 1;
	return left < right === descending ? 1 : -1;
}
