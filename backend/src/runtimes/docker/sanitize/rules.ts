import type { Treatment } from '../../scrub/personal-columns';
import { SanitizingError, type SanitizingRule } from '../../sanitizing';
import { quoted } from '../postgres';
import type { Field, Table } from './catalog';
import { emptyValue } from './expressions';

/** What an owner's rule comes to. */
export type ResolvedRule =
	| { readonly kind: 'column'; readonly table: string; readonly column: string; readonly treatment: Treatment }
	/** The field's values are attachments; the condition holds for these. */
	| { readonly kind: 'attachments'; readonly where: string };

const HASHED = ['char', 'text', 'html'];
/** Types of which nothing can stand for a value that must be set. */
const NOTHING_ELSE = ['many2one', 'many2one_reference', 'reference', 'selection', 'date', 'datetime'];
const OF_OTHERS = ['one2many', 'many2many'];

/** The table of a model, as nearly all have it. */
export const tableOf = (model: string) => model.replaceAll('.', '_');

/**
 * Finds where the fields of the rules are kept.
 * @throws SanitizingError that names the first that cannot be done
 */
export function resolveRules(
	rules: readonly SanitizingRule[],
	fields: readonly Field[],
	tables: readonly Table[],
): ResolvedRule[] {
	const byName = new Map(fields.map((field) => [`${field.model} ${field.name}`, field]));
	const models = new Set(fields.map(({ model }) => model));

	return rules.map(({ model, field: name, action }) => {
		const refuse = (why: string) => new SanitizingError(`The rule for ${model}.${name} cannot be kept: ${why}.`);
		if (!models.has(model)) throw refuse('there is no such model');
		const field = byName.get(`${model} ${name}`);
		if (field === undefined) throw refuse('the model has no such field');
		if (OF_OTHERS.includes(field.type)) throw refuse('it shows records of another model; name the fields of these');
		if (name === 'id') throw refuse('records are known by it');
		if (action === 'hash' && !HASHED.includes(field.type)) {
			throw refuse(`fields of type ${field.type} cannot be hashed; clear it`);
		}
		const table = tables.find((each) => each.schema === 'public' && each.name === tableOf(model));
		const column = table?.columns.find((each) => each.name === name && !each.generated);
		if (table === undefined || column === undefined) {
			if (field.type === 'binary' && field.stored) {
				return {
					kind: 'attachments',
					where: `t.res_model = ${quoted(model)} AND t.res_field = ${quoted(name)}`,
				};
			}
			throw refuse(keptIn(field, byName) ?? 'it is not stored');
		}
		if (action === 'hash') {
			return { kind: 'column', table: table.name, column: name, treatment: { kind: 'pseudonym', as: 'opaque' } };
		}
		if ((column.required || field.required) && NOTHING_ELSE.includes(field.type)) {
			throw refuse(`it must be set, and nothing can stand for a value of type ${field.type}`);
		}
		if (column.required && emptyValue(column.kind) === undefined) throw refuse('it must be set');
		const treatment: Treatment = { kind: 'clear', ...(field.required ? { required: true } : {}) };
		return { kind: 'column', table: table.name, column: name, treatment };
	});
}

/** Where a field that only shows another one's value has it from. */
function keptIn({ model, related }: Field, byName: ReadonlyMap<string, Field>): string | undefined {
	if (related === null || related === '') return undefined;
	let at = model;
	const steps = related.split('.');
	for (const step of steps.slice(0, -1)) {
		const relation = byName.get(`${at} ${step}`)?.relation;
		if (relation === undefined || relation === null) return undefined;
		at = relation;
	}
	return `it is kept in ${at}.${steps.at(-1) ?? ''}; name that`;
}
