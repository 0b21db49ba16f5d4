import { pythonRepr, pythonType } from './python-repr';
import { convert } from './convert';
import {
	accessError,
	missingError,
	PythonException,
	typeError,
	userError,
	validationError,
	valueError,
} from './errors';
import { unset, type Field } from './fields';
import { hierarchyIds } from './hierarchy';
import type { Row, Value } from './journal';
import { MAGIC_FIELDS, type Model, type Reference, type Vals } from './model';
import { idsOf, type Env, type Rec } from './orm';
import { applyCommands } from './x2many';

/** The ids of one call; as many records can be read and answered. */
const MOST_IDS = 10_000;

const ATTACHMENT = 'ir.attachment';

/** Makes records of those values and gives their ids, in order. Throws as Odoo's `create` does. */
export function createRecords(env: Env, model: Model, valsList: readonly Vals[]): number[] {
	checkWritable(model, 'create');
	const ids = valsList.map((vals) => createOne(env, model, vals));
	model.created?.(env, ids);
	checkRecords(env, model, ids, new Set(model.fields.keys()));
	return ids;
}

function createOne(env: Env, model: Model, given: Vals): number {
	if (typeof given !== 'object') {
		throw new PythonException('builtins.AttributeError', `'${pythonType(given)}' object has no attribute 'get'`);
	}
	checkNames(env, model, given);
	const vals = model.complete?.(env, given) ?? given;
	const id = env.draft.nextId(model.name);
	const row: Record<string, Value> = { id, ...stamp(env, 'create'), ...stamp(env, 'write') };
	const lists: [string, Field, unknown][] = [];
	for (const [name, field] of [...model.fields]) {
		if (field.compute || MAGIC_FIELDS.has(name)) continue;
		const value = name in vals ? vals[name] : defaultOf(env, name, field);
		if (isList(field)) {
			if (field.type === 'many2many') row[name] = [];
			if (value !== undefined) lists.push([name, field, value]);
		} else row[name] = scalar(env, model, name, field, value);
	}
	if (model.inherits && !row[model.inherits.field]) {
		const parent = env.model(model.inherits.model);
		const parentEnv = env.with({ inherited_by: model.name });
		row[model.inherits.field] = createRecords(parentEnv, parent, [inheritedVals(model, vals)])[0] ?? false;
	} else if (model.inherits) {
		writeInherited(env, model, [Number(row[model.inherits.field])], vals);
	}
	env.draft.put(model.name, { ...row, id });
	for (const [name, field, value] of lists) applyCommands(env, model, [id], name, field, value);
	return id;
}

/** The default of a field: the context's (`default_<field>`), else the field's own. */
export function defaultOf(env: Env, name: string, field: Field): unknown {
	return env.context[`default_${name}`] ?? field.default?.(env);
}

/** Writes those values into each of the records. Throws as Odoo's `write` does. */
export function writeRecords(env: Env, model: Model, ids: readonly number[], vals: Vals): void {
	if (ids.length === 0) return;
	checkWritable(model, 'write');
	if (typeof vals !== 'object') {
		throw new PythonException('builtins.AttributeError', `'${pythonType(vals)}' object has no attribute 'get'`);
	}
	checkNames(env, model, vals);
	checkExist(env, model, ids);
	const written = Object.entries(vals).flatMap(([name, value]): [string, Field, unknown][] => {
		const field = model.fields.get(name);
		return field && !field.compute && !MAGIC_FIELDS.has(name) ? [[name, field, value]] : [];
	});
	const records = [...new Set(ids)];
	for (const id of records) {
		const row: Record<string, Value> = { ...env.draft.get(model.name, id), ...stamp(env, 'write') };
		for (const [name, field, value] of written) {
			if (!isList(field)) row[name] = scalar(env, model, name, field, value);
		}
		env.draft.put(model.name, { ...row, id });
	}
	for (const [name, field, value] of written) {
		if (isList(field)) applyCommands(env, model, records, name, field, value);
	}
	if (model.inherits) {
		const { field } = model.inherits;
		const parents = ids.map((id) => Number(env.draft.get(model.name, id)?.[field] ?? 0));
		writeInherited(env, model, parents, vals);
	}
	checkRecords(env, model, ids, new Set(Object.keys(vals)));
}

/** Deletes the records, and by `ondelete` what refers to them. Throws as Odoo's `unlink` does. */
export function unlinkRecords(env: Env, model: Model, ids: readonly number[]): void {
	checkWritable(model, 'unlink');
	checkExist(env, model, ids);
	model.checkUnlink?.(ids.map((id) => env.record(model.name, id)));
	const gone = new Set(ids);
	const rows = [...gone].map((id): Row => env.draft.get(model.name, id) ?? { id });
	for (const id of gone) env.draft.delete(model.name, id);
	for (const reference of env.registry.references(model.name)) {
		for (const id of gone) {
			// The index is read anew each time, as the deletion of one record may delete others.
			for (const referrer of env.draft.referring(reference.model.name, reference.name, id)) {
				dropReference(env, reference, referrer, id);
			}
		}
	}
	dropAttachments(env, model, gone);
	model.unlinked?.(env, rows);
}

function dropAttachments(env: Env, model: Model, gone: ReadonlySet<number>): void {
	for (const id of gone) {
		const files = env.draft
			.referring(ATTACHMENT, 'res_id', id)
			.filter((file) => env.draft.get(ATTACHMENT, file)?.res_model === model.name);
		if (files.length > 0) unlinkRecords(env, env.model(ATTACHMENT), files);
	}
}

function dropReference(env: Env, { model: referring, name, field }: Reference, referrer: number, id: number): void {
	const row = env.draft.get(referring.name, referrer);
	if (!row) return;
	if (field.type === 'many2many') {
		const kept = idsOf(row[name]).filter((other) => other !== id);
		env.draft.put(referring.name, { ...row, id: referrer, [name]: kept });
	} else if (field.type === 'many2one') {
		switch (field.ondelete) {
			case 'set null':
				env.draft.put(referring.name, { ...row, id: referrer, [name]: false });
				break;
			case 'cascade':
				unlinkRecords(env, referring, [referrer]);
				break;
			case 'restrict':
				throw foreignKeyError(env, referring, name, field);
		}
	}
}

const isList = (field: Field) => field.type === 'one2many' || field.type === 'many2many';

function scalar(env: Env, model: Model, name: string, field: Field, input: unknown): Value {
	if (input === undefined) return unset(field);
	const value = convert(model.name, name, field, input);
	if (field.type === 'many2one' && typeof value === 'number' && !env.draft.get(field.relation, value)) {
		throw foreignKeyError(env, model, name, field);
	}
	return value;
}

function foreignKeyError(env: Env, model: Model, name: string, field: Field): PythonException {
	if (env.version < 17) {
		const constraint = `${model.name.replaceAll('.', '_')}_${name}_fkey`;
		return validationError(
			'The operation cannot be completed: another model requires the record being deleted. If possible, ' +
				`archive it instead.\n\nModel: ${model.description} (${model.name}), Constraint: ${constraint}`,
		);
	}
	return validationError(
		'The operation cannot be completed: Another model is using the record you are trying to delete.\n\n' +
			`The troublemaker is: '${model.description}' (${model.name})\n` +
			`Thanks to the following constraint: '${field.string}' (${name})\n` +
			'How about archiving the record instead?',
	);
}

function checkWritable(model: Model, operation: 'create' | 'write' | 'unlink'): void {
	if (!model.readonly) return;
	const verb = { create: 'create', write: 'modify', unlink: 'delete' }[operation];
	throw accessError(`You are not allowed to ${verb} '${model.description}' (${model.name}) records.`);
}

function checkNames(env: Env, model: Model, vals: Vals): void {
	const unknown = Object.keys(vals).find((name) => !model.fields.has(name));
	if (unknown === undefined) return;
	throw unknownField(env, model, unknown);
}

/** An unknown field in values. Odoo 14 words it as for reading. */
function unknownField(env: Env, model: Model, name: string): PythonException {
	return valueError(
		`Invalid field ${pythonRepr(name)} ${env.version < 17 ? 'on model' : 'in'} ${pythonRepr(model.name)}`,
	);
}

export function checkExist(env: Env, model: Model, ids: readonly number[]): void {
	const missing = ids.filter((id) => !env.draft.get(model.name, id));
	if (missing.length > 0) throw missingError(model.name, missing, env.uid);
}

function inheritedVals(model: Model, vals: Vals): Vals {
	return Object.fromEntries(Object.entries(vals).filter(([name]) => model.fields.get(name)?.inherited));
}

function writeInherited(env: Env, model: Model, parents: readonly number[], vals: Vals): void {
	const inherited = inheritedVals(model, vals);
	if (model.inherits && Object.keys(inherited).length > 0) {
		writeRecords(env, env.model(model.inherits.model), parents, inherited);
	}
}

const stamp = (env: Env, kind: 'create' | 'write'): Row => ({
	[`${kind}_uid`]: env.uid,
	[`${kind}_date`]: env.timestamp,
});

function checkRecords(env: Env, model: Model, ids: readonly number[], changed: ReadonlySet<string>): void {
	const records = ids.map((id) => env.record(model.name, id));
	for (const record of records) checkRequired(record, changed);
	if (model.parent && changed.has(model.parent)) {
		for (const record of records) checkHierarchy(record, model.parent);
	}
	model.check?.(env, records, changed);
}

function checkRequired({ env, model, row }: Rec, changed: ReadonlySet<string>): void {
	for (const [name, field] of [...model.fields]) {
		if (!field.required || field.compute || !changed.has(name) || row[name] !== false) continue;
		throw validationError(
			env.version < 17
				? 'The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another ' +
						'model requires the record being deleted. If possible, archive it instead.\n\n' +
						`Model: ${model.description} (${model.name}), Field: ${field.string} (${name})`
				: `The operation cannot be completed: Missing required value for the field '${field.string}' (${name}).\n` +
						`Model: '${model.description}' (${model.name})\n- create/update: a mandatory field is not set\n` +
						'- delete: another model requires the record being deleted, you can archive it instead\n',
		);
	}
}

function checkHierarchy({ env, model, row, id }: Rec, parent: string): void {
	const above = row[parent];
	if (typeof above !== 'number' || !hierarchyIds(env, model, [above], 'parent_of', parent).has(id)) return;
	throw model.name === 'res.partner'
		? validationError('You cannot create recursive Partner hierarchies.')
		: userError('Recursion Detected.');
}

/** The ids of a call: a number or a list of them, as `execute_kw` takes both. */
export function parseIds(input: unknown): number[] {
	if (input === null || input === undefined || input === false) return [];
	if (!Array.isArray(input)) return parseIds([input]);
	if (input.length > MOST_IDS) throw userError(`A sandbox takes at most ${MOST_IDS} records in one call.`);
	return input.map((id: unknown) => {
		if (typeof id === 'number' && Number.isInteger(id)) return id;
		if (typeof id === 'string') {
			throw new PythonException(
				'psycopg2.errors.InvalidTextRepresentation',
				`invalid input syntax for type integer: ${JSON.stringify(id)}`,
			);
		}
		throw typeError(`unhashable type: '${Array.isArray(id) ? 'list' : 'dict'}'`);
	});
}

/** The values for a copy of the record: all but those that `copy` leaves out. */
export function copyVals(env: Env, model: Model, id: number): Vals {
	const row = env.draft.get(model.name, id) ?? { id };
	const vals = [...model.fields].flatMap(([name, field]): [string, unknown][] => {
		if (field.copy === false || MAGIC_FIELDS.has(name) || (field.compute && !field.inherited)) return [];
		const value = env.value(model, row, name);
		switch (field.type) {
			case 'one2many':
				return [[name, copyLines(env, env.model(field.relation), field.relationField, idsOf(value))]];
			case 'many2many':
				return [[name, [[6, 0, value]]]];
			default:
				return [[name, name === 'name' && marksCopies(env, model) ? `${String(value)} (copy)` : value]];
		}
	});
	return Object.fromEntries(vals);
}

const marksCopies = (env: Env, model: Model): boolean =>
	model.namesCopies ?? (model.inherits ? env.model(model.inherits.model).namesCopies === true : false);

function copyLines(env: Env, comodel: Model, inverse: string, ids: readonly number[]): unknown[] {
	return ids.map((id) => {
		const { [inverse]: _record, ...vals } = copyVals(env, comodel, id);
		return [0, 0, vals];
	});
}
