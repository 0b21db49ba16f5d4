import type { DomainList, ModelDescription } from '../planner';
import { all } from './domains';
import { isoDay } from './periods';

/** Makes a condition for a model as this Odoo has it; null where it lacks what the condition is about. */
export type ConditionFor = (model: ModelDescription, now: Date) => DomainList | null;

export const isIn =
	(field: string, ...keys: string[]): ConditionFor =>
	({ fields }) => {
		const selection = fields.get(field)?.selection ?? [];
		const known = keys.filter((key) => selection.some(([each]) => each === key));
		const [first] = known;
		if (first === undefined) return null;
		return [known.length === 1 ? [field, '=', first] : [field, 'in', known]];
	};

export const compare =
	(field: string, operator: string, value: string | number | boolean): ConditionFor =>
	({ fields }) =>
		fields.has(field.split('.')[0] ?? field) ? [[field, operator, value]] : null;

export const both =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		const domains = conditions.map((condition) => condition(model, now));
		return domains.every((domain) => domain !== null) ? all(...domains) : null;
	};

export const before =
	(field: string): ConditionFor =>
	({ fields }, now) =>
		fields.has(field) ? [[field, '<', isoDay(now)]] : null;

export const firstOf =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		for (const condition of conditions) {
			const domain = condition(model, now);
			if (domain) return domain;
		}
		return null;
	};
