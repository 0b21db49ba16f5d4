import { isoDay } from '../dates/calendar';
import type { JsonValue } from '../json';
import type { DomainList, ModelDescription } from '../odoo-reader';
import { all, either } from './domains';

/** Makes a search domain for a model of this Odoo; null where the model lacks the field, or the selection its keys. */
export type ConditionFor = (model: ModelDescription, now: Date) => DomainList | null;

/** The selection has one of these keys; those that this Odoo's selection lacks are left out. */
export const isIn =
	(field: string, ...keys: string[]): ConditionFor =>
	({ fields }) => {
		const selection = fields.get(field)?.selection ?? [];
		const known = keys.filter((key) => selection.some(([each]) => each === key));
		const [first] = known;
		if (first === undefined) return null;
		return [known.length === 1 ? [field, '=', first] : [field, 'in', known]];
	};

/** Compares a field, or a path such as `stage_id.is_won`, with a value. */
export const compare =
	(field: string, operator: string, value: JsonValue): ConditionFor =>
	({ fields }) =>
		fields.has(field.split('.')[0] ?? field) ? [[field, operator, value]] : null;

/** All of the conditions; null where one of them is. */
export const both =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		const domains = conditions.map((condition) => condition(model, now));
		return domains.every((domain) => domain !== null) ? all(...domains) : null;
	};

/** The date is before today. */
export const before =
	(field: string): ConditionFor =>
	({ fields }, now) =>
		fields.has(field) ? [[field, '<', isoDay(now)]] : null;

/** The date is today, or later. */
export const notBefore =
	(field: string): ConditionFor =>
	({ fields }, now) =>
		fields.has(field) ? [[field, '>=', isoDay(now)]] : null;

/** The first of the conditions that is not null. */
export const firstOf =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		for (const condition of conditions) {
			const domain = condition(model, now);
			if (domain) return domain;
		}
		return null;
	};

/** One of the conditions; those that this Odoo lacks the fields for are left out, and null where it lacks all. */
export const eitherOf =
	(...conditions: readonly ConditionFor[]): ConditionFor =>
	(model, now) => {
		const [first, ...others] = conditions.flatMap((condition) => {
			const domain = condition(model, now);
			return domain ? [domain] : [];
		});
		return first ? others.reduce(either, first) : null;
	};
