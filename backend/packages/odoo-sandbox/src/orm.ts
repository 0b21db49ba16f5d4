import { formatDatetime } from './convert';
import type { Draft } from './draft';
import { PythonException } from './errors';
import { unset, type Field } from './fields';
import type { Row, Value } from './journal';
import type { Model, Registry } from './model';
import { sortIds } from './order';

/** Odoo's context: `active_test` and `default_<field>` count here, the rest is taken and left alone. */
export type Context = Readonly<Record<string, unknown>>;

/** The user that every key of a sandbox acts for. */
export const ADMIN_ID = 2;

/** What a call works in: the records as the request sees them, who asks, when, and the context. */
export class Env {
	constructor(
		readonly registry: Registry,
		readonly draft: Draft,
		readonly now: Date,
		readonly context: Context = {},
		readonly uid: number = ADMIN_ID,
	) {}

	/** Odoo's major version. */
	get version(): number {
		return this.registry.version;
	}

	/** The present, as Odoo writes it (UTC). */
	get timestamp(): string {
		return formatDatetime(this.now);
	}

	with(context: Context): Env {
		return new Env(this.registry, this.draft, this.now, { ...this.context, ...context }, this.uid);
	}

	model(name: string): Model {
		const model = this.registry.models.get(name);
		if (!model) throw new PythonException('builtins.KeyError', name);
		return model;
	}

	record(model: string, id: number): Rec {
		return new Rec(this, this.model(model), id);
	}

	/** A field's value as `read` would give it, but for a many2one, which is its id. */
	value(model: Model, row: Row, name: string): Value {
		const field = model.fields.get(name);
		if (!field) throw new PythonException('builtins.KeyError', name);
		if (field.compute) return field.compute(new Rec(this, model, rowId(row)));
		if (field.type !== 'one2many' && field.type !== 'many2many') return row[name] ?? unset(field);
		const comodel = this.model(field.relation);
		const ids = this.relatedIds(row, name, field).filter((id) => this.isActive(comodel, id));
		return sortIds(this, comodel, ids, comodel.order);
	}

	/** The ids a relation holds, archived records among them, in no order. */
	relatedIds(row: Row, name: string, field: Field): readonly number[] {
		switch (field.type) {
			case 'one2many': {
				const ids = this.draft.referring(field.relation, field.relationField, rowId(row));
				if (!field.activeOnly) return ids;
				return ids.filter((id) => this.draft.get(field.relation, id)?.active !== false);
			}
			case 'many2many':
				return idsOf(row[name]);
			default:
				return [];
		}
	}

	private isActive(model: Model, id: number): boolean {
		return !testsActive(this, model) || this.draft.get(model.name, id)?.active !== false;
	}
}

/** Whether archived records of the model are hidden from the call. */
export const testsActive = (env: Env, model: Model): boolean =>
	model.fields.has('active') && env.context.active_test !== false;

export const rowId = (row: Row): number => (typeof row.id === 'number' ? row.id : 0);

export const idsOf = (value: Value | undefined): readonly number[] => (typeof value === 'object' ? value : []);

/** One record, with its values by type; a value of another type reads as unset. */
export class Rec {
	constructor(
		readonly env: Env,
		readonly model: Model,
		readonly id: number,
	) {}

	get row(): Row {
		return this.env.draft.get(this.model.name, this.id) ?? { id: this.id };
	}

	value(name: string): Value {
		return this.env.value(this.model, this.row, name);
	}

	text(name: string): string {
		const value = this.value(name);
		return typeof value === 'string' ? value : '';
	}

	number(name: string): number {
		const value = this.value(name);
		return typeof value === 'number' ? value : 0;
	}

	flag(name: string): boolean {
		return this.value(name) === true;
	}

	/** The record a many2one names. */
	one(name: string): Rec | null {
		const field = this.model.fields.get(name);
		const id = this.number(name);
		return field?.type === 'many2one' && id ? this.env.record(field.relation, id) : null;
	}

	/** The records of a one2many or many2many. */
	many(name: string): Rec[] {
		const field = this.model.fields.get(name);
		if (field?.type !== 'one2many' && field?.type !== 'many2many') return [];
		return idsOf(this.value(name)).map((id) => this.env.record(field.relation, id));
	}

	/** The value at the end of a path of many2one fields; false where a step is unset. */
	path(path: string): Value {
		const [head = '', ...rest] = path.split('.');
		if (rest.length === 0) return this.value(head);
		return this.one(head)?.path(rest.join('.')) ?? false;
	}

	get displayName(): string {
		if (this.model.displayName) return this.model.displayName(this);
		return (this.model.recName && this.text(this.model.recName)) || `${this.model.name},${this.id}`;
	}
}
