import { pythonRepr } from './python-repr';
import { valueError } from './errors';
import type { Field } from './fields';
import type { Model, Vals } from './model';
import { idsOf, type Env } from './orm';
import { checkExist, createRecords, unlinkRecords, writeRecords } from './write';

type ListField = Extract<Field, { type: 'one2many' | 'many2many' }>;

/**
 * Carries out what a value says for a one2many or many2many field of records: a list of commands `[0..6, id, value]`,
 * or a list of ids, which replaces. What a command deletes, changes or makes for a many2many is one for all the records;
 * lines that are linked are the last one's. Source: Odoo `odoo.fields.Command`, `One2many.write_real`.
 */
export function applyCommands(
	env: Env,
	model: Model,
	ids: readonly number[],
	name: string,
	field: Field,
	input: unknown,
): void {
	if (field.type !== 'one2many' && field.type !== 'many2many') return;
	const value = input === false || input === null ? [[5, 0, 0]] : input;
	if (!Array.isArray(value))
		throw valueError(
			`Wrong value for ${model.name}.${name}: ${typeof value === 'string' ? value : pythonRepr(value)}`,
		);
	const commands: readonly unknown[] = value.every((item) => typeof item === 'number') ? [[6, 0, value]] : value;
	for (const command of commands) applyCommand(env, model, ids, name, field, command);
}

function applyCommand(
	env: Env,
	model: Model,
	ids: readonly number[],
	name: string,
	field: ListField,
	command: unknown,
): void {
	if (!Array.isArray(command)) throw valueError(`Wrong value for ${model.name}.${name}: ${pythonRepr(command)}`);
	const parts: readonly unknown[] = command;
	const [code, target, value] = parts;
	const comodel = env.model(field.relation);
	const targetId = typeof target === 'number' ? target : 0;
	const current = (id: number) => currentIds(env, model, id, name, field);
	const owners = field.type === 'one2many' ? ids.slice(-1) : ids;
	const linkAll = (targets: readonly number[]) => {
		for (const id of owners) link(env, model, id, name, field, targets);
	};
	switch (code) {
		case 0:
			if (field.type === 'one2many') {
				const lines = ids.map((id) => ({ ...asVals(value, comodel), [field.relationField]: id }));
				createRecords(env, comodel, lines);
			} else linkAll(createRecords(env, comodel, [asVals(value, comodel)]));
			break;
		case 1:
			writeRecords(env, comodel, [targetId], asVals(value, comodel));
			break;
		case 2:
			unlinkRecords(env, comodel, [targetId]);
			break;
		case 3:
			for (const id of ids) unlinkFrom(env, model, id, name, field, [targetId]);
			break;
		case 4:
			checkExist(env, comodel, [targetId]);
			linkAll([targetId]);
			break;
		case 5:
			for (const id of ids) unlinkFrom(env, model, id, name, field, current(id));
			break;
		case 6: {
			const wanted = Array.isArray(value) ? value.filter((item) => typeof item === 'number') : [];
			checkExist(env, comodel, wanted);
			for (const id of ids) {
				const dropped = current(id).filter((other) => !wanted.includes(other));
				unlinkFrom(env, model, id, name, field, dropped);
			}
			linkAll(wanted);
			break;
		}
		default:
			throw valueError(`Wrong value for ${model.name}.${name}: ${pythonRepr(command)}`);
	}
}

function asVals(value: unknown, comodel: Model): Vals {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw valueError(`Wrong values for ${comodel.name}: ${pythonRepr(value)}`);
	}
	return { ...value };
}

function currentIds(env: Env, model: Model, id: number, name: string, field: ListField): readonly number[] {
	return env.relatedIds(env.draft.get(model.name, id) ?? { id }, name, field);
}

function link(env: Env, model: Model, id: number, name: string, field: ListField, targets: readonly number[]): void {
	if (field.type === 'one2many') {
		const comodel = env.model(field.relation);
		const known = new Set(currentIds(env, model, id, name, field));
		const added = targets.filter((target) => !known.has(target));
		writeRecords(env, comodel, added, { [field.relationField]: id });
		return;
	}
	const row = env.draft.get(model.name, id);
	env.draft.put(model.name, { ...row, id, [name]: [...new Set([...idsOf(row?.[name]), ...targets])] });
}

/** A one2many line that is taken away is deleted where it cannot be without its record, else it is set free. */
function unlinkFrom(
	env: Env,
	model: Model,
	id: number,
	name: string,
	field: ListField,
	targets: readonly number[],
): void {
	if (targets.length === 0) return;
	if (field.type === 'one2many') {
		const comodel = env.model(field.relation);
		const inverse = comodel.fields.get(field.relationField);
		if (inverse?.type === 'many2one' && inverse.ondelete === 'cascade') unlinkRecords(env, comodel, targets);
		else writeRecords(env, comodel, targets, { [field.relationField]: false });
		return;
	}
	const row = env.draft.get(model.name, id);
	const kept = idsOf(row?.[name]).filter((other) => !targets.includes(other));
	env.draft.put(model.name, { ...row, id, [name]: kept });
}
