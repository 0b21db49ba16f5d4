import type { FieldDescription } from '../odoo-reader';

/** Whether a field holds numbers. */
export const isNumeric = ({ type }: Pick<FieldDescription, 'type'>): boolean =>
	['integer', 'float', 'monetary'].includes(type);

/** Whether Odoo can group by a field and add it up; else it computes it anew at each reading. */
export const isKept = ({ stored, sortable }: Pick<FieldDescription, 'stored' | 'sortable'>): boolean =>
	stored || sortable;
