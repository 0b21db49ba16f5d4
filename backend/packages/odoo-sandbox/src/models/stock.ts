import { boolean, char, datetime, float, many2one, related, selection } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Rec } from '../orm';

const locationName = (location: Rec): string => {
	const above = location.one('location_id');
	return above && above.text('usage') !== 'view'
		? `${locationName(above)}/${location.text('name')}`
		: above
			? `${above.text('name')}/${location.text('name')}`
			: location.text('name');
};

export const stockLocation: ModelDeclaration = {
	name: 'stock.location',
	description: 'Inventory Locations',
	order: 'complete_name, id',
	nameSearch: ['complete_name'],
	parent: 'location_id',
	fields: {
		name: char('Location Name', { required: true }),
		complete_name: char('Full Location Name', { compute: locationName, store: true }),
		location_id: many2one('stock.location', 'Parent Location'),
		usage: selection(
			'Location Type',
			[
				['view', 'Virtual'],
				['internal', 'Internal'],
				['supplier', 'Vendor'],
				['customer', 'Customer'],
				['inventory', 'Inventory Loss'],
			],
			{ required: true, default: () => 'internal' },
		),
		active: boolean('Active', { default: () => true }),
		company_id: many2one('res.company', 'Company', { default: () => 1 }),
	},
	displayName: locationName,
};

export const stockQuant: ModelDeclaration = {
	name: 'stock.quant',
	description: 'Quants',
	order: 'id',
	nameSearch: ['location_id', 'product_id'],
	fields: {
		product_id: many2one('product.product', 'Product', { required: true }),
		product_tmpl_id: related('product_id.product_tmpl_id', many2one('product.template', 'Product Template')),
		product_uom_id: related('product_id.uom_id', many2one('uom.uom', 'Unit')),
		location_id: many2one('stock.location', 'Location', { required: true, default: () => 2 }),
		company_id: related('location_id.company_id', many2one('res.company', 'Company'), { store: true }),
		quantity: float('Quantity'),
		reserved_quantity: float('Reserved Quantity'),
		available_quantity: float('Available Quantity', {
			compute: (quant) => quant.number('quantity') - quant.number('reserved_quantity'),
		}),
		in_date: datetime('Incoming Date', { default: (env) => env.timestamp }),
	},
	displayName: (quant) => quant.one('product_id')?.displayName ?? '',
};
