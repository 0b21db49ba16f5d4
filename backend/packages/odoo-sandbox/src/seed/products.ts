import type { Create } from '.';

const PRODUCTS = [
	['DESK-01', 'Oak Desk', 'Furniture', 480, 290, 24],
	['DESK-02', 'Standing Desk', 'Furniture', 750, 470, 6],
	['CHAIR-01', 'Office Chair', 'Furniture', 189, 96, 42],
	['CHAIR-02', 'Conference Chair', 'Furniture', 95, 51, 8],
	['LAMP-01', 'Desk Lamp', 'Furniture', 39.5, 17, 120],
	['SHELF-01', 'Wall Shelf', 'Furniture', 64, 30, 3],
	['CAB-01', 'Filing Cabinet', 'Furniture', 210, 125, 15],
	['MON-27', '27 inch Monitor', 'Electronics', 329, 240, 9],
	['KEY-01', 'Quiet Keyboard', 'Electronics', 79.9, 44, 60],
	['HUB-01', 'USB Hub', 'Electronics', 34, 15, 0],
	['PAPER-A4', 'Paper A4, 500 sheets', 'Supplies', 6.4, 3.1, 800],
	['PEN-10', 'Pens, 10 pieces', 'Supplies', 8.9, 3.6, 5],
] as const;

const SERVICES = [
	['SRV-ASM', 'Assembly on Site', 65],
	['SRV-ADV', 'Office Planning', 110],
] as const;

/** The products a seed goes on with, by internal reference. */
export type Products = ReadonlyMap<string, number>;

/** Products with their stock, some of it low. */
export function seedProducts(create: Create): Products {
	const all = create('product.category', { name: 'All' });
	const categories = new Map(
		['Furniture', 'Electronics', 'Supplies', 'Services'].map((name) => [
			name,
			create('product.category', { name, parent_id: all }),
		]),
	);
	for (const [name, sequence] of [
		['Units', 1],
		['Hours', 2],
		['kg', 3],
	] as const) {
		create('uom.uom', { name, sequence });
	}
	const warehouse = create('stock.location', { name: 'WH', usage: 'view', company_id: 1 });
	const stock = create('stock.location', { name: 'Stock', location_id: warehouse });
	create('stock.location', { name: 'Customers', usage: 'customer', company_id: false });

	const products = new Map<string, number>();
	for (const [default_code, name, category, list_price, standard_price, quantity] of PRODUCTS) {
		const id = create('product.product', {
			name,
			default_code,
			list_price,
			standard_price,
			categ_id: categories.get(category),
			is_storable: true,
		});
		products.set(default_code, id);
		create('stock.quant', {
			product_id: id,
			location_id: stock,
			quantity,
			reserved_quantity: Math.floor(quantity / 10),
		});
	}
	for (const [default_code, name, list_price] of SERVICES) {
		const categ_id = categories.get('Services');
		products.set(
			default_code,
			create('product.product', { name, default_code, list_price, type: 'service', categ_id, uom_id: 2 }),
		);
	}
	return products;
}
