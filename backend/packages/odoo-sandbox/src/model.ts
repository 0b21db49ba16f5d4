import { char, datetime, integer, many2one, related, type Field, type Fields } from './fields';
import type { Row } from './journal';
import type { Method } from './method';
import type { Env, Rec } from './orm';

/** Values for a record's fields, as they come over the wire. */
export type Vals = Readonly<Record<string, unknown>>;

/** An Odoo model of the sandbox, as its file declares it. */
export interface ModelDeclaration {
	readonly name: string;
	readonly description: string;
	/** The order of search results (`_order`). */
	readonly order: string;
	/** The field that names a record (`_rec_name`); by default `name`. */
	readonly recName?: string;
	/** The fields that a search for a name looks into (`_rec_names_search`); by default the one that names a record. */
	readonly nameSearch?: readonly string[];
	/** The many2one to the record above, for `child_of` and `parent_of`. */
	readonly parent?: string;
	/** The model whose fields this one takes over, and the many2one to it (`_inherits`). */
	readonly inherits?: { readonly model: string; readonly field: string };
	/** A copy's name says that it is one. */
	readonly namesCopies?: boolean;
	/** The user may read it and no more. */
	readonly readonly?: boolean;
	readonly fields: Fields;
	readonly displayName?: (record: Rec) => string;
	/** Adds what follows from the values of a record to be created; what the caller gave stays. */
	readonly complete?: (env: Env, vals: Vals) => Vals;
	/** Runs after records were created. */
	readonly created?: (env: Env, ids: readonly number[]) => void;
	/** Throws where records may not be as they are after a create or write. */
	readonly check?: (env: Env, records: readonly Rec[], changed: ReadonlySet<string>) => void;
	/** Throws where records may not be deleted. */
	readonly checkUnlink?: (records: readonly Rec[]) => void;
	/** Runs after records were deleted, with what they held. */
	readonly unlinked?: (env: Env, rows: readonly Row[]) => void;
	readonly methods?: Readonly<Record<string, Method>>;
}

/** A model with all its fields: its own, the inherited, and those that every model has. */
export interface Model extends Omit<ModelDeclaration, 'fields' | 'methods'> {
	readonly fields: ReadonlyMap<string, Field>;
	readonly methods: ReadonlyMap<string, Method>;
	readonly recName: string;
	readonly nameSearch: readonly string[];
}

/** A field that refers to records of another model. */
export interface Reference {
	readonly model: Model;
	readonly name: string;
	readonly field: Field;
}

/** All models of a sandbox, for one version of Odoo. */
export interface Registry {
	/** Odoo's major version. */
	readonly version: number;
	readonly models: ReadonlyMap<string, Model>;
	/** The stored fields that name records of a model. */
	references(model: string): readonly Reference[];
}

const MAGIC: Fields = {
	id: integer('ID', { readonly: true, compute: (record) => record.id, store: true, aggregator: null }),
	display_name: char('Display Name', { readonly: true, compute: (record) => record.displayName, store: false }),
	create_uid: many2one('res.users', 'Created by', { readonly: true, copy: false }),
	create_date: datetime('Created on', { readonly: true, copy: false }),
	write_uid: many2one('res.users', 'Last Updated by', { readonly: true, copy: false }),
	write_date: datetime('Last Updated on', { readonly: true, copy: false }),
};

/** The fields that Odoo sets by itself, in every model. */
export const MAGIC_FIELDS: ReadonlySet<string> = new Set(Object.keys(MAGIC));

/** Puts the models together for one version of Odoo (its major version). */
export function createRegistry(declarations: readonly ModelDeclaration[], version: number): Registry {
	const declared = new Map(declarations.map((declaration) => [declaration.name, declaration]));
	const models = new Map(
		declarations.map((declaration): [string, Model] => {
			const parent = declaration.inherits && declared.get(declaration.inherits.model);
			const path = declaration.inherits?.field ?? '';
			const inherited = Object.entries(parent?.fields ?? {}).map(([name, field]): [string, Field] => [
				name,
				{
					...related(`${path}.${name}`, field, { store: false }),
					inherited: true,
					readonly: field.readonly ?? false,
				},
			]);
			const fields = new Map([...Object.entries(MAGIC), ...inherited, ...Object.entries(declaration.fields)]);
			const methods = new Map(Object.entries(declaration.methods ?? {}));
			const recName = declaration.recName ?? (fields.has('name') ? 'name' : '');
			const nameSearch = declaration.nameSearch ?? (recName ? [recName] : []);
			return [declaration.name, { ...declaration, fields, methods, recName, nameSearch }];
		}),
	);
	const references = new Map<string, Reference[]>();
	for (const model of models.values()) {
		for (const [name, field] of model.fields) {
			if ((field.type !== 'many2one' && field.type !== 'many2many') || field.compute) continue;
			references.set(field.relation, [...(references.get(field.relation) ?? []), { model, name, field }]);
		}
	}
	return { version, models, references: (model) => references.get(model) ?? [] };
}
