import type { DomainList, ModelDescription } from '../odoo-reader';
import { all } from './domains';
import { isoDay } from '../dates/periods';

/** Makes a condition for a model as this Odoo has it; null where it lacks what the condition is about. */
export type ConditionFor = (model: ModelDescription, now: Date) => DomainList | null;

/** A selection has one of those keys, as far as this Odoo knows them. */
export const isIn =
	(field: string, ...keys: string[]): ConditionFor =>
	({ fields }) => {
		const selection = fields.get(field)?.selection ?? [];
		const known = keys.filter((key) => selection.some(([each]) => each === key));
		const [first] = known;
		if (first === undefined) return null;
		return [known.length === 1 ? [field, '=', first] : [field, 'in', known]];
	};

/** A field, or a path that begins with one, compares so. */
export const compare =
	(field: string, operator: string, value: string | number | boolean): ConditionFor =>
	({ fields }) =>
		fields.has(field.split('.')[0] ?? field) ? [[field, operator, value]] : null;

/** All of them hold; null where one cannot be told. */
export const both =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		const domains = conditions.map((condition) => condition(model, now));
		return domains.every((domain) => domain !== null) ? all(...domains) : null;
	};

/** A date lies before the present day. */
export const before =
	(field: string): ConditionFor =>
	({ fields }, now) =>
		fields.has(field) ? [[field, '<', isoDay(now)]] : null;

/** The first that this Odoo can tell. */
export const firstOf =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		for (const condition of conditions) {
			const domain = condition(model, now);
			if (domain) return domain;
		}
		return null;
	};
