import { firstOf, isDataObject } from '../shared/data';
import { namesIn, type Item } from './item';
import { fieldsOf } from './values';

/** What Simplify leaves of a record: the first ten of these that its model has. */
const SIMPLE_FIELDS = [
	'id',
	'display_name',
	'name',
	'state',
	'email',
	'phone',
	'default_code',
	'partner_id',
	'user_id',
	'company_id',
	'date',
	'date_order',
	'invoice_date',
	'amount_total',
	'list_price',
	'qty_available',
	'type',
	'active',
	'create_date',
	'write_date',
];
const SIMPLE_COUNT = 10;

/** The fields to read: those chosen, else those that Simplify leaves, else all (an empty list, to Odoo). */
export async function wantedFields(item: Item, model: string): Promise<string[]> {
	const chosen = item.names('fields');
	if (chosen.length > 0 || !item.flag('simplify', 'Simplify')) return chosen;
	const there = await fieldsOf(item, model);
	return SIMPLE_FIELDS.filter((name) => there.has(name)).slice(0, SIMPLE_COUNT);
}

/** A record that was written, with the fields that the options want to see of it. */
export async function writtenRecord(item: Item, model: string, id: number) {
	const fields = namesIn(item.options().outputFields);
	if (fields.length === 0) return { id };
	const records = await item.call({ model, method: 'read', args: [[id], fields], kwargs: item.odooContext() });
	const record = firstOf(records);
	return isDataObject(record) ? record : { id };
}
