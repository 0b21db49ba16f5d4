import type { Create } from '.';
import { formatDatetime } from '../convert';
import { addMonths } from '../date-value';
import type { Env } from '../orm';
import type { Partners } from './partners';
import type { Products } from './products';

/** Customer, state, days ago, lines of product and quantity. */
const ORDERS = [
	[
		'Alder & Finch Furniture',
		'sale',
		0,
		[
			['CHAIR-01', 6],
			['DESK-01', 2],
		],
	],
	['Quarry Lane School', 'sale', 0, [['CHAIR-02', 24]]],
	[
		'Copperfield Robotics',
		'sale',
		1,
		[
			['DESK-02', 8],
			['MON-27', 8],
			['SRV-ASM', 6],
		],
	],
	['Amelia Hart', 'draft', 0, [['LAMP-01', 2]]],
	[
		'Brightwater Foods',
		'sent',
		2,
		[
			['CAB-01', 3],
			['PAPER-A4', 40],
		],
	],
	[
		'Northgate Cycles',
		'sale',
		6,
		[
			['SHELF-01', 5],
			['LAMP-01', 10],
		],
	],
	['Larkspur Clinics', 'sale', 9, [['CHAIR-01', 12]]],
	['Marlow Print Works', 'draft', 4, [['PAPER-A4', 200]]],
	['Tidewater Marine Supply', 'cancel', 12, [['DESK-01', 1]]],
	[
		'Saffron & Sons',
		'sent',
		15,
		[
			['KEY-01', 20],
			['HUB-01', 20],
		],
	],
] as const;

/** The same by months ago: what was sold before this month. */
const EARLIER_ORDERS = [
	[
		'Tidewater Marine Supply',
		1,
		[
			['DESK-01', 10],
			['CHAIR-01', 10],
		],
	],
	['Copperfield Robotics', 1, [['MON-27', 12]]],
	['Larkspur Clinics', 2, [['SRV-ADV', 8]]],
	['Brightwater Foods', 3, [['CAB-01', 4]]],
	['Viktor Lang', 5, [['DESK-02', 1]]],
	['Alder & Finch Furniture', 8, [['LAMP-01', 60]]],
] as const;

/** Orders of the first months of 2025, for whoever asks for sales from that year on. */
const ORDERS_OF_2025 = [
	[
		'Saffron & Sons',
		'2025-01-15 09:30:00',
		[
			['PEN-10', 50],
			['PAPER-A4', 100],
		],
	],
	['Alder & Finch Furniture', '2025-02-20 14:05:00', [['DESK-01', 4]]],
	['Northgate Cycles', '2025-04-03 08:45:00', [['SHELF-01', 12]]],
] as const;

const DAY = 86_400_000;

/** Quotations and orders; gives the ids of the orders, oldest first. */
export function seedSales(env: Env, create: Create, partners: Partners, products: Products): number[] {
	const order = (
		customer: string,
		state: string,
		date_order: string,
		lines: readonly (readonly [string, number])[],
		user_id: number,
	) =>
		create('sale.order', {
			partner_id: partners.get(customer),
			date_order,
			state,
			user_id,
			order_line: lines.map(([code, product_uom_qty]) => [
				0,
				0,
				{
					product_id: products.get(code),
					product_uom_qty,
					qty_delivered: state === 'sale' ? product_uom_qty : 0,
				},
			]),
		});
	return [
		...ORDERS_OF_2025.map(([customer, date, lines]) => order(customer, 'sale', date, lines, 3)),
		...EARLIER_ORDERS.toReversed().map(([customer, months, lines]) =>
			order(customer, 'sale', formatDatetime(addMonths(env.now, -months)), lines, 4),
		),
		...ORDERS.toReversed().map(([customer, state, days, lines]) =>
			order(customer, state, formatDatetime(new Date(env.now.getTime() - days * DAY)), lines, 3),
		),
	];
}
