import { both, compare, type ConditionFor, isIn } from './conditions';
import { unpaid } from './model-words';
import { phraseTable } from '../text/phrase-table';

/** A noun for records. */
export interface Subject {
	readonly model: string;
	readonly singular: string;
	readonly plural: string;
	/** What sets them apart among the model's records; `null`: this Odoo cannot tell. */
	readonly base?: ConditionFor;
	/** Where `base` cannot tell: what is taken for it, and what is said of that. */
	readonly otherwise?: { readonly base: ConditionFor; readonly note: string };
	/** Said of every answer about them: which reading of the word was taken. */
	readonly note?: string;
	/** The word alone asks for the sum of their amounts. */
	readonly isMeasure?: true;
	/** The amount that counts, where it is another one than the model's. */
	readonly amount?: string;
	/** The time that counts, where it is another record's. */
	readonly timePath?: string;
	/** Models whose records make one of these of whom they are of, so that `base` needs no check then. */
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

/** Makes a list of words, parted by `|`, stand for a subject. */
const words = (list: string, subject: Subject) => list.split('|').map((word) => [word, subject] as const);

const invoices = noun('account.move', 'customer invoice', 'customer invoices', {
	base: isIn('move_type', 'out_invoice'),
});

const confirmedOrders = noun('sale.order', 'confirmed sales order', 'confirmed sales orders', {
	base: isIn('state', 'sale', 'done'),
	note: 'Sales were taken for confirmed sales orders.',
	isMeasure: true,
});

/** What `sales` are by product: an order has many. */
export const SOLD_LINES = noun('sale.order.line', 'confirmed sales order line', 'confirmed sales order lines', {
	base: isIn('state', 'sale', 'done'),
	note: 'Sales were taken for the lines of confirmed sales orders, without taxes.',
	isMeasure: true,
	timePath: 'order_id.date_order',
});

/** What `sales` are. */
export const SALES = confirmedOrders;

/** Orders of any kind, that are called by their number. */
export const ORDERS = noun('sale.order', 'sales order', 'sales orders');

/** Invoices, bills and entries of any kind, that are called by their number. */
export const MOVES = noun('account.move', 'journal entry', 'journal entries');

/** Nouns for records that people use, besides the labels of the models. */
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

/** Words whose records are meant where no noun says so. */
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
