import { phraseTable } from '../text/phrase-table';
import { both, compare, type ConditionFor, isIn } from './conditions';
import { unpaid } from './models/invoicing';

/** What a noun stands for: some or all records of a model. */
export interface Subject {
	readonly model: string;
	readonly singular: string;
	readonly plural: string;
	/** The condition that tells them from the model's other records. */
	readonly base?: ConditionFor;
	/** Used where this Odoo lacks the fields for `base`; the note goes into the answer. */
	readonly otherwise?: { readonly base: ConditionFor; readonly note: string };
	/** Added to every answer about them: how the noun was understood. */
	readonly note?: string;
	/** The noun alone, such as “sales”, asks for the sum of their amounts. */
	readonly isMeasure?: true;
	/** The amount field, where it is not the model's usual one. */
	readonly amount?: string;
	/** The path to the date that periods are about, where it is on another record. */
	readonly timePath?: string;
	/** Models whose records prove it: who has an invoice is a customer, so that `base` is not asked for then. */
	readonly shownBy?: readonly string[];
}

const rank = (field: string, kind: string) => ({
	base: compare(field, '>', 0),
	otherwise: {
		base: compare('is_company', '=', true),
		note: `This Odoo does not tell ${kind} from other contacts, so all companies were taken.`,
	},
});

const noun = (model: string, singular: string, plural: string, more: Partial<Subject> = {}): Subject => ({
	model,
	singular,
	plural,
	...more,
});

/** Lets each of the words, which `|` separates, stand for a subject. */
const words = (list: string, subject: Subject) => list.split('|').map((word) => [word, subject] as const);

const invoices = noun('account.move', 'customer invoice', 'customer invoices', {
	base: isIn('move_type', 'out_invoice'),
});

const confirmedOrders = noun('sale.order', 'confirmed sales order', 'confirmed sales orders', {
	base: isIn('state', 'sale', 'done'),
	note: 'Sales were taken for confirmed sales orders.',
	isMeasure: true,
});

/** What “sales” are where the product matters, which is on the lines of an order. */
export const SOLD_LINES = noun('sale.order.line', 'confirmed sales order line', 'confirmed sales order lines', {
	base: isIn('state', 'sale', 'done'),
	note: 'Sales were taken for the lines of confirmed sales orders, without taxes.',
	isMeasure: true,
	timePath: 'order_id.date_order',
});

/** What “sales” are. */
export const SALES = confirmedOrders;

/** What a number such as `S00012` refers to. */
export const ORDERS = noun('sale.order', 'sales order', 'sales orders');

/** What a number such as `INV/2026/00001` refers to. */
export const MOVES = noun('account.move', 'journal entry', 'journal entries');

/** Nouns that people use, besides the labels of the models. */
export const SUBJECTS: readonly (readonly [word: string, subject: Subject])[] = [
	...words(
		'customer|client|buyer',
		noun('res.partner', 'customer', 'customers', {
			...rank('customer_rank', 'customers'),
			shownBy: ['sale.order', 'account.move', 'sale.order.line'],
		}),
	),
	...words(
		'vendor|supplier',
		noun('res.partner', 'vendor', 'vendors', {
			...rank('supplier_rank', 'vendors'),
			shownBy: ['purchase.order', 'account.move'],
		}),
	),
	...words('contact|partner|address book', noun('res.partner', 'contact', 'contacts')),
	...words(
		'company|companies',
		noun('res.partner', 'company', 'companies', { base: compare('is_company', '=', true) }),
	),
	...words(
		'person|people|individual',
		noun('res.partner', 'person', 'people', { base: compare('is_company', '=', false) }),
	),
	...words('sales order|sale order|customer order', noun('sale.order', 'sales order', 'sales orders')),
	...words(
		'order',
		noun('sale.order', 'sales order', 'sales orders', { note: 'Orders were taken for sales orders.' }),
	),
	...words(
		'quotation|quote|offer|sales quotation',
		noun('sale.order', 'quotation', 'quotations', { base: isIn('state', 'draft', 'sent') }),
	),
	...words('sales|revenue|turnover|income|sell|sold', confirmedOrders),
	...words(
		'sales order line|order line|sales order item|order item',
		noun('sale.order.line', 'order line', 'order lines'),
	),
	...words('invoice|customer invoice|sales invoice', invoices),
	...words(
		'credit note|customer credit note|refund|customer refund',
		noun('account.move', 'customer credit note', 'customer credit notes', {
			base: isIn('move_type', 'out_refund'),
		}),
	),
	...words(
		'bill|vendor bill|supplier invoice|vendor invoice|supplier bill|purchase invoice',
		noun('account.move', 'vendor bill', 'vendor bills', { base: isIn('move_type', 'in_invoice') }),
	),
	...words('journal entry', noun('account.move', 'journal entry', 'journal entries')),
	...words('payment', noun('account.payment', 'payment', 'payments')),
	...words('product|product variant|article|item', noun('product.product', 'product', 'products')),
	...words('product template', noun('product.template', 'product template', 'product templates')),
	...words('service', noun('product.product', 'service', 'services', { base: isIn('type', 'service') })),
	...words(
		'stock|inventory|stock level|inventory level',
		noun('product.product', 'product', 'products', {
			note: 'Stock was taken for the quantity on hand of products.',
			amount: 'qty_available',
		}),
	),
	...words('lead', noun('crm.lead', 'lead', 'leads', { base: isIn('type', 'lead') })),
	...words(
		'opportunity|deal|pipeline',
		noun('crm.lead', 'opportunity', 'opportunities', { base: isIn('type', 'opportunity') }),
	),
	...words('purchase order|purchase', noun('purchase.order', 'purchase order', 'purchase orders')),
	...words(
		'rfq|request for quotation|requests for quotation',
		noun('purchase.order', 'request for quotation', 'requests for quotation', {
			base: isIn('state', 'draft', 'sent'),
		}),
	),
	...words('task|project task', noun('project.task', 'task', 'tasks')),
	...words('project', noun('project.project', 'project', 'projects')),
	...words('employee|staff|coworker', noun('hr.employee', 'employee', 'employees')),
	...words(
		'delivery|delivery order',
		noun('stock.picking', 'delivery', 'deliveries', {
			base: ({ fields: own }) =>
				own.has('picking_type_id') ? [['picking_type_id.code', '=', 'outgoing']] : null,
		}),
	),
	...words(
		'receipt|incoming shipment',
		noun('stock.picking', 'receipt', 'receipts', {
			base: ({ fields: own }) =>
				own.has('picking_type_id') ? [['picking_type_id.code', '=', 'incoming']] : null,
		}),
	),
	...words('transfer|stock transfer|picking', noun('stock.picking', 'transfer', 'transfers')),
	...words(
		'manufacturing order|production order',
		noun('mrp.production', 'manufacturing order', 'manufacturing orders'),
	),
	...words('salesperson|salespeople|sales rep|seller', noun('res.users', 'salesperson', 'salespeople')),
	...words('user', noun('res.users', 'user', 'users')),
	...words('country', noun('res.country', 'country', 'countries')),
	...words('currency', noun('res.currency', 'currency', 'currencies')),
	...words('product category', noun('product.category', 'product category', 'product categories')),
	...words('sales team', noun('crm.team', 'sales team', 'sales teams')),
];

const products = noun('product.product', 'product', 'products');

/** Words that imply which records are meant where a question has no noun. */
export const IMPLIED = phraseTable<Subject>([
	...words('outstanding|unpaid|overdue', invoices),
	...words(
		'amount due|due',
		noun('account.move', 'outstanding customer invoice', 'outstanding customer invoices', {
			base: both(isIn('move_type', 'out_invoice'), unpaid),
		}),
	),
	...words('out of stock|in stock|qty_available', products),
	...words('owe us|owe us money|owe money', noun('res.partner', 'contact', 'contacts')),
]);
