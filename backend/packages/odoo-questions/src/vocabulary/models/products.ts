import { both, compare, firstOf, isIn } from '../conditions';
import { archived, fields, type ModelWords, states } from './words';

const inStock = compare('qty_available', '>', 0);

const isStored = firstOf(compare('is_storable', '=', true), isIn('type', 'product'), isIn('detailed_type', 'product'));

/** `product.product` and `product.template` */
export const product: ModelWords = {
	app: 'Sales or Inventory',
	show: ['display_name', 'list_price', 'qty_available', 'categ_id'],
	amount: ['list_price'],
	quantity: ['qty_available'],
	prices: {
		list_price: ['currency_id'],
		lst_price: ['currency_id'],
		standard_price: ['cost_currency_id', 'currency_id'],
	},
	date: ['create_date'],
	names: ['categ_id'],
	ownNames: ['name', 'default_code'],
	fields: fields({
		'stock|quantity|in stock|on hand|quantity on hand|stock level|stock on hand|unit|unit in stock|piece': [
			'qty_available',
		],
		'forecast|forecasted quantity|forecast quantity': ['virtual_available'],
		'price|sales price|sale price|list price': ['list_price'],
		'cost|cost price': ['standard_price'],
		'reference|sku|code|internal reference': ['default_code'],
		'category|product category': ['categ_id'],
	}),
	states: states({
		'in stock|available': inStock,
		'out of stock|sold out': both(compare('qty_available', '<=', 0), isStored),
		...archived,
	}),
};
