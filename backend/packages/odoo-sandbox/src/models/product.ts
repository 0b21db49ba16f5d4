import { boolean, char, float, integer, many2many, many2one, one2many, related, selection, text } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Rec } from '../orm';
import { createRecords, unlinkRecords } from '../write';
import { pathName } from './res-partner';
import { companyCurrency } from './res-company';

export const productCategory: ModelDeclaration = {
	name: 'product.category',
	description: 'Product Category',
	order: 'complete_name',
	recName: 'name',
	nameSearch: ['complete_name'],
	parent: 'parent_id',
	fields: {
		name: char('Name', { required: true }),
		complete_name: char('Complete Name', { compute: pathName('parent_id'), store: true }),
		parent_id: many2one('product.category', 'Parent Category', { ondelete: 'cascade' }),
		child_id: one2many('product.category', 'parent_id', 'Child Categories'),
	},
	displayName: pathName('parent_id'),
};

export const uomUom: ModelDeclaration = {
	name: 'uom.uom',
	description: 'Product Unit of Measure',
	order: 'sequence, id',
	fields: {
		name: char('Unit Name', { required: true }),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		factor: float('Absolute Quantity', { default: () => 1, aggregator: null }),
		active: boolean('Active', { default: () => true }),
	},
};

const codedName = (product: Rec): string => {
	const code = product.text('default_code');
	return code ? `[${code}] ${product.text('name')}` : product.text('name');
};

const onHand = (product: Rec): number =>
	product
		.many('stock_quant_ids')
		.filter((quant) => quant.one('location_id')?.text('usage') === 'internal')
		.reduce((total, quant) => total + quant.number('quantity'), 0);

export const productTemplate: ModelDeclaration = {
	name: 'product.template',
	description: 'Product',
	namesCopies: true,
	order: 'name, id',
	nameSearch: ['name', 'default_code', 'barcode'],
	fields: {
		name: char('Name', { required: true }),
		default_code: char('Internal Reference'),
		barcode: char('Barcode', { copy: false }),
		type: selection(
			'Product Type',
			[
				['consu', 'Goods'],
				['service', 'Service'],
				['combo', 'Combo'],
			],
			{ required: true, default: () => 'consu' },
		),
		is_storable: boolean('Track Inventory'),
		list_price: float('Sales Price', { default: () => 1, aggregator: null }),
		standard_price: float('Cost', { aggregator: null }),
		categ_id: many2one('product.category', 'Product Category', { default: () => 1 }),
		uom_id: many2one('uom.uom', 'Unit', { required: true, default: () => 1 }),
		taxes_id: many2many('account.tax', 'Sales Taxes', { default: () => [1] }),
		currency_id: many2one('res.currency', 'Currency', { compute: companyCurrency }),
		description_sale: text('Sales Description'),
		sale_ok: boolean('Sales', { default: () => true }),
		purchase_ok: boolean('Purchase', { default: () => true }),
		active: boolean('Active', { default: () => true }),
		company_id: many2one('res.company', 'Company'),
		product_variant_ids: one2many('product.product', 'product_tmpl_id', 'Products'),
		product_variant_id: many2one('product.product', 'Product', {
			compute: (template) => template.many('product_variant_ids')[0]?.id ?? false,
		}),
		product_variant_count: integer('# Product Variants', {
			compute: (template) => template.many('product_variant_ids').length,
		}),
		qty_available: float('Quantity On Hand', {
			compute: (template) =>
				template.many('product_variant_ids').reduce((sum, variant) => sum + onHand(variant), 0),
		}),
	},
	displayName: codedName,
	created: (env, ids) => {
		// A variant that is being created brings its template along, and needs no second one.
		if (env.context.inherited_by === 'product.product') return;
		createRecords(
			env,
			env.model('product.product'),
			ids.map((id) => ({ product_tmpl_id: id })),
		);
	},
};

export const productProduct: ModelDeclaration = {
	name: 'product.product',
	description: 'Product Variant',
	order: 'default_code, name, id',
	nameSearch: ['name', 'default_code', 'barcode'],
	inherits: { model: 'product.template', field: 'product_tmpl_id' },
	fields: {
		product_tmpl_id: many2one('product.template', 'Product Template', {
			required: true,
			ondelete: 'cascade',
			copy: false,
		}),
		active: boolean('Active', { default: () => true }),
		lst_price: related('product_tmpl_id.list_price', float('Sales Price', { aggregator: null })),
		stock_quant_ids: one2many('stock.quant', 'product_id', 'Stock Quant'),
		qty_available: float('Quantity On Hand', { compute: onHand }),
		virtual_available: float('Forecasted Quantity', { compute: onHand }),
		free_qty: float('Free To Use Quantity', {
			compute: (product) =>
				product.many('stock_quant_ids').reduce((sum, quant) => sum + quant.number('available_quantity'), 0),
		}),
	},
	displayName: codedName,
	unlinked: (env, rows) => {
		// A template goes with its last variant.
		const templates = new Set(rows.map((row) => Number(row.product_tmpl_id)));
		const bare = [...templates].filter(
			(id) =>
				env.draft.get('product.template', id) &&
				env.draft.referring('product.product', 'product_tmpl_id', id).length === 0,
		);
		if (bare.length > 0) unlinkRecords(env, env.model('product.template'), bare);
	},
};
