import { phraseTable } from '../text/phrase-table';
import { both, compare, type ConditionFor, eitherOf, firstOf, isIn } from './conditions';
import { unpaid } from './models/invoicing';

/** What a noun stands for: some or all records of a model. */
export interface Subject {
	readonly model: string;
	readonly singular: string;
	readonly plural: string;
	/** The condition that tells them from the model's other records. */
	readonly base?: ConditionFor;
	/** Added to the answer where `base` was asked for. */
	readonly baseNote?: string;
	/** Holds too, unless the question names a state, or the record itself: “orders” are confirmed ones. */
	readonly usual?: { readonly base: ConditionFor; readonly note: string };
	/** Used where this Odoo lacks the fields for `base`; the note goes into the answer. */
	readonly otherwise?: { readonly base: ConditionFor; readonly note: string };
	/** Added to every answer about them: how the noun was understood. */
	readonly note?: string;
	/** The noun alone, such as “sales”, asks for the sum of their amounts. */
	readonly isMeasure?: true;
	/** The amount field, where it is not the model's usual one. */
	readonly amount?: string;
	/**
	 * Records that are taken off in sums, such as credit notes: the key of a selection, and how they and the others
	 * are called.
	 */
	readonly negative?: {
		readonly field: string;
		readonly key: string;
		readonly plural: string;
		readonly others: string;
	};
	/** The path to the date that periods are about, where it is on another record. */
	readonly timePath?: string;
	/** A name beside the noun is the one of whom they belong to, not their own. */
	readonly isOfParty?: true;
	/** Models whose records prove it: who has an invoice is a customer, so that `base` is not asked for then. */
	readonly shownBy?: readonly string[];
}

const rank = (field: string, kind: string, orders: ConditionFor, documents: string) => ({
	base: eitherOf(compare(field, '>', 0), orders),
	baseNote: `${kind.charAt(0).toUpperCase()}${kind.slice(1)} were taken for contacts with ${documents}.`,
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

const invoiced = noun('account.move', 'posted customer invoice', 'posted customer invoices', {
	base: both(isIn('move_type', 'out_invoice'), isIn('state', 'posted')),
	note: 'Invoiced was taken for posted customer invoices; credit notes are not taken off.',
	isMeasure: true,
	isOfParty: true,
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

const CONFIRMED_ONLY = 'Only confirmed ones were taken: quotations and canceled ones are left out.';

/** Sales orders, which are confirmed ones unless another state is named. */
const orders = (more: Partial<Subject> = {}) =>
	noun('sale.order', 'sales order', 'sales orders', {
		usual: { base: isIn('state', 'sale', 'done'), note: CONFIRMED_ONLY },
		...more,
	});

const purchases = noun('purchase.order', 'purchase order', 'purchase orders', {
	usual: {
		base: isIn('state', 'purchase', 'done'),
		note: 'Only confirmed ones were taken: requests for quotation and canceled ones are left out.',
	},
});

const UNMATCHED = 'Payments that belong to no document are not taken off.';

/** What customers owe: invoices, less credit notes. */
export const OWED = noun('account.move', 'open invoice or credit note', 'open invoices and credit notes', {
	base: both(isIn('move_type', 'out_invoice', 'out_refund', 'out_receipt'), unpaid),
	amount: 'amount_residual',
	negative: { field: 'move_type', key: 'out_refund', plural: 'credit notes', others: 'Invoices' },
	note: UNMATCHED,
	isMeasure: true,
	isOfParty: true,
});

/** What is owed to vendors: bills, less refunds. */
export const PAYABLE = noun('account.move', 'open bill or refund', 'open bills and refunds', {
	base: both(isIn('move_type', 'in_invoice', 'in_refund', 'in_receipt'), unpaid),
	amount: 'amount_residual',
	negative: { field: 'move_type', key: 'in_refund', plural: 'refunds', others: 'Bills' },
	note: UNMATCHED,
	isMeasure: true,
	isOfParty: true,
});

const anyRecord: ConditionFor = () => [];

/** The lines of documents, by the model of the document. */
export const LINES: ReadonlyMap<string, Subject> = new Map([
	[
		'sale.order',
		noun('sale.order.line', 'order line', 'order lines', {
			base: firstOf(compare('display_type', '=', false), anyRecord),
		}),
	],
	[
		'purchase.order',
		noun('purchase.order.line', 'order line', 'order lines', {
			base: firstOf(compare('display_type', '=', false), anyRecord),
		}),
	],
	[
		'account.move',
		noun('account.move.line', 'invoice line', 'invoice lines', {
			base: firstOf(
				isIn('display_type', 'product'),
				both(compare('exclude_from_invoice_tab', '=', false), compare('display_type', '=', false)),
				anyRecord,
			),
		}),
	],
]);

/** What the numbers of documents look like. */
export const REFERENCES: readonly (readonly [pattern: RegExp, subject: Subject])[] = [
	[/^SO?\d+$/, noun('sale.order', 'sales order', 'sales orders')],
	[/^PO?\d+$/, noun('purchase.order', 'purchase order', 'purchase orders')],
	[/^R?INV\//, noun('account.move', 'invoice', 'invoices')],
	[/^R?BILL\//, noun('account.move', 'vendor bill', 'vendor bills')],
	[/^[A-Z\d]+\/(?:IN|OUT|INT)\//, noun('stock.picking', 'transfer', 'transfers')],
];

/** Nouns that people use, besides the labels of the models. */
export const SUBJECTS: readonly (readonly [word: string, subject: Subject])[] = [
	...words(
		'customer|client|buyer',
		noun('res.partner', 'customer', 'customers', {
			...rank(
				'customer_rank',
				'customers',
				compare('sale_order_ids.state', 'in', ['sale', 'done']),
				'an invoice or a confirmed sales order',
			),
			shownBy: ['sale.order', 'account.move', 'sale.order.line'],
		}),
	),
	...words(
		'vendor|supplier',
		noun('res.partner', 'vendor', 'vendors', {
			...rank(
				'supplier_rank',
				'vendors',
				compare('purchase_line_ids.state', 'in', ['purchase', 'done']),
				'a bill or a confirmed purchase order',
			),
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
	...words('sales order|sale order|customer order', orders()),
	...words('order', orders({ note: 'Orders were taken for sales orders.' })),
	...words(
		'quotation|quote|offer|sales quotation',
		noun('sale.order', 'quotation', 'quotations', { base: isIn('state', 'draft', 'sent') }),
	),
	...words('sales|revenue|turnover|income|sell|sold|ordered', confirmedOrders),
	...words(
		'sales order line|order line|sales order item|order item',
		noun('sale.order.line', 'order line', 'order lines'),
	),
	...words('invoice|customer invoice|sales invoice', invoices),
	...words('invoiced|did we invoice|have we invoiced|did we bill|have we billed|billed', invoiced),
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
	...words('purchase order|purchase', purchases),
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

const due = (more: Partial<Subject> = {}) =>
	noun('account.move', 'outstanding customer invoice', 'outstanding customer invoices', {
		base: both(isIn('move_type', 'out_invoice'), unpaid),
		amount: 'amount_residual',
		...more,
	});

/** Words that imply which records are meant where a question has no noun. */
export const IMPLIED = phraseTable<Subject>([
	...words('outstanding|unpaid|overdue', invoices),
	...words('due', due()),
	...words(
		'amount due|due amount|amount outstanding|outstanding amount|outstanding balance|open amount',
		due({ isMeasure: true }),
	),
	...words('out of stock|in stock|qty_available', products),
	...words('receivable|account receivable|total receivable|balance', OWED),
	...words('payable|account payable|total payable', PAYABLE),
]);
