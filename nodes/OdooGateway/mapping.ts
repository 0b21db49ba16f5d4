import type { FieldType, ILoadOptionsFunctions, ResourceMapperField, ResourceMapperFields } from 'n8n-workflow';
import { isDataObject } from '../shared/data';
import type { OdooField } from '../shared/odoo-fields';
import { callOdoo, chosenFields } from '../shared/odoo-lists';

/** How a field is edited in n8n; relations are texts, since they take an ID as well as what they are looked up by. */
const EDITORS: Readonly<Record<string, FieldType>> = {
	boolean: 'boolean',
	date: 'dateTime',
	datetime: 'dateTime',
	float: 'number',
	integer: 'number',
	monetary: 'number',
	selection: 'options',
	json: 'object',
	properties: 'object',
	many2many: 'array',
	one2many: 'array',
};

const MATCHABLE = new Set(['boolean', 'char', 'date', 'datetime', 'integer', 'many2one', 'reference', 'selection']);

/** The fields that can be written, those that must be first. */
function mappable(fields: OdooField[], isRequired: (field: OdooField) => boolean): ResourceMapperField[] {
	const shown = fields
		.filter(({ readonly }) => !readonly)
		.map((field): ResourceMapperField => {
			const type = EDITORS[field.type] ?? 'string';
			return {
				id: field.name,
				displayName: `${field.label} (${field.name})`,
				required: isRequired(field),
				defaultMatch: false,
				canBeUsedToMatch: field.searchable && MATCHABLE.has(field.type),
				display: true,
				type,
				...(type === 'options' && {
					options: field.selection.map(({ value, label }) => ({ name: label, value })),
				}),
			};
		});
	return shown.sort((one, other) => Number(other.required) - Number(one.required));
}

/** The fields of a record that is to be made; those that Odoo has a default for, or computes, need no value. */
async function getFieldsToCreate(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	const fields = await chosenFields(this);
	const required = fields
		.filter((field) => field.required && !field.readonly && !field.computed)
		.map(({ name }) => name);
	const model: unknown = this.getCurrentNodeParameter('model', { extractValue: true });
	const defaults =
		typeof model === 'string' && required.length > 0
			? await callOdoo(this, { model, method: 'default_get', args: [required] })
			: {};
	const given = isDataObject(defaults) ? defaults : {};
	return { fields: mappable(fields, ({ name }) => required.includes(name) && !(name in given)) };
}

/** The fields of a record that is there already. */
async function getFieldsToUpdate(this: ILoadOptionsFunctions): Promise<ResourceMapperFields> {
	return { fields: mappable(await chosenFields(this), () => false) };
}

/** What the resource mappers ask, for the node's `methods.resourceMapping`. */
export const resourceMapping = { getFieldsToCreate, getFieldsToUpdate };
