import { describe, expect, it } from '@jest/globals';
import { askRules, connectTo, sandboxServer } from '../../../../test/support/planners';
import { use } from '../../../../test/support/use';

const odoo = use(() => connectTo(sandboxServer(19)));

const ask = (message: string) => askRules(odoo().client, message);

/** A question, the model and method of the query that brings its answer, the domain, and what else there is to it. */
const QUESTIONS: readonly (readonly [question: string, query: string, domain: unknown, more: object])[] = [
	[
		'List all customers with outstanding invoices over $1000',
		'res.partner search_read',
		[['id', 'in', [11, 24]]],
		{},
	],
	[
		'outstanding invoices over $1000',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
			['amount_residual', '>', 1000],
		],
		{},
	],
	[
		'invoices over 1k that are unpaid',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['amount_residual', '>', 1000],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{},
	],
	[
		'confirmed sales orders today',
		'sale.order search_read',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-18 00:00:00'],
			['date_order', '<', '2026-03-19 00:00:00'],
		],
		{},
	],
	[
		"What are today's confirmed sales orders?",
		'sale.order search_read',
		[
			['date_order', '>=', '2026-03-18 00:00:00'],
			['date_order', '<', '2026-03-19 00:00:00'],
			['state', '=', 'sale'],
		],
		{},
	],
	[
		'Which sales orders were confirmed yesterday?',
		'sale.order search_read',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-17 00:00:00'],
			['date_order', '<', '2026-03-18 00:00:00'],
		],
		{},
	],
	[
		'daily sales report',
		'sale.order search_read',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-18 00:00:00'],
			['date_order', '<', '2026-03-19 00:00:00'],
		],
		{},
	],
	[
		'weekly sales report',
		'sale.order search_read',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-16 00:00:00'],
			['date_order', '<', '2026-03-23 00:00:00'],
		],
		{},
	],
	[
		'sales report for yesterday',
		'sale.order search_read',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-17 00:00:00'],
			['date_order', '<', '2026-03-18 00:00:00'],
		],
		{},
	],
	['products with qty_available < 10', 'product.product search_read', [['qty_available', '<', 10]], {}],
	['products with less than 10 in stock', 'product.product search_read', [['qty_available', '<', 10]], {}],
	['products with stock below 10', 'product.product search_read', [['qty_available', '<', 10]], {}],
	[
		'out of stock products',
		'product.product search_read',
		[
			['qty_available', '<=', 0],
			['is_storable', '=', true],
		],
		{},
	],
	['How many customers do we have?', 'res.partner search_count', [['customer_rank', '>', 0]], {}],
	[
		'how many invoices are overdue?',
		'account.move search_count',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
			['invoice_date_due', '<', '2026-03-18'],
		],
		{},
	],
	[
		'count the draft invoices',
		'account.move search_count',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'draft'],
		],
		{},
	],
	['number of contacts in Germany', 'res.partner search_count', [['country_id', 'in', [4]]], {}],
	[
		'total sales last month',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-02-01 00:00:00'],
			['date_order', '<', '2026-03-01 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:sum'], limit: 200 },
	],
	[
		'how much did we sell this year?',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:sum'], limit: 200 },
	],
	[
		'what is the total outstanding?',
		'account.move formatted_read_group',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_residual:sum'], limit: 200 },
	],
	[
		'total expected revenue of open opportunities',
		'crm.lead formatted_read_group',
		[
			['type', '=', 'opportunity'],
			['stage_id.is_won', '=', false],
		],
		{ groupby: [], aggregates: ['__count', 'expected_revenue:sum'], limit: 200 },
	],
	[
		'average order value this year',
		'sale.order formatted_read_group',
		[
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:avg'], limit: 200 },
	],
	[
		'average amount of confirmed orders in 2025',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2025-01-01 00:00:00'],
			['date_order', '<', '2026-01-01 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:avg'], limit: 200 },
	],
	[
		'sales by month',
		'sale.order formatted_read_group',
		[['state', '=', 'sale']],
		{ groupby: ['date_order:month'], aggregates: ['__count', 'amount_total:sum'] },
	],
	[
		'sales this year by month',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
		],
		{ groupby: ['date_order:month'], aggregates: ['__count', 'amount_total:sum'] },
	],
	[
		'orders by salesperson',
		'sale.order formatted_read_group',
		[],
		{ groupby: ['user_id'], aggregates: ['__count', 'amount_total:sum'] },
	],
	[
		'how many orders per customer',
		'sale.order formatted_read_group',
		[],
		{ groupby: ['partner_id'], aggregates: ['__count'] },
	],
	[
		'opportunities by stage',
		'crm.lead formatted_read_group',
		[['type', '=', 'opportunity']],
		{ groupby: ['stage_id'], aggregates: ['__count', 'expected_revenue:sum'] },
	],
	[
		'count of products by category',
		'product.product formatted_read_group',
		[],
		{ groupby: ['categ_id'], aggregates: ['__count'] },
	],
	[
		'sales by product',
		'sale.order.line formatted_read_group',
		[['state', '=', 'sale']],
		{ groupby: ['product_id'], aggregates: ['__count', 'price_subtotal:sum'] },
	],
	[
		'average amount of sales orders by salesperson',
		'sale.order formatted_read_group',
		[],
		{ groupby: ['user_id'], aggregates: ['__count', 'amount_total:avg'] },
	],
	[
		'top 5 customers by revenue',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['partner_id', '!=', false],
		],
		{
			groupby: ['partner_id'],
			aggregates: ['__count', 'amount_total:sum'],
			order: 'amount_total:sum desc',
			limit: 5,
		},
	],
	[
		'best customers this year',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
			['partner_id', '!=', false],
		],
		{
			groupby: ['partner_id'],
			aggregates: ['__count', 'amount_total:sum'],
			order: 'amount_total:sum desc',
			limit: 10,
		},
	],
	[
		'best selling products',
		'sale.order.line formatted_read_group',
		[
			['state', '=', 'sale'],
			['product_id', '!=', false],
		],
		{
			groupby: ['product_id'],
			aggregates: ['__count', 'price_subtotal:sum'],
			order: 'price_subtotal:sum desc',
			limit: 10,
		},
	],
	[
		'top 3 products by sales this month',
		'sale.order.line formatted_read_group',
		[
			['state', '=', 'sale'],
			['order_id.date_order', '>=', '2026-03-01 00:00:00'],
			['order_id.date_order', '<', '2026-04-01 00:00:00'],
			['product_id', '!=', false],
		],
		{
			groupby: ['product_id'],
			aggregates: ['__count', 'price_subtotal:sum'],
			order: 'price_subtotal:sum desc',
			limit: 3,
		},
	],
	[
		'which customer has the most orders?',
		'sale.order formatted_read_group',
		[['partner_id', '!=', false]],
		{ groupby: ['partner_id'], aggregates: ['__count'], order: '__count desc', limit: 1 },
	],
	[
		'largest invoice',
		'account.move search_read',
		[['move_type', '=', 'out_invoice']],
		{ order: 'amount_total desc', limit: 1 },
	],
	['the 3 smallest orders', 'sale.order search_read', [], { order: 'amount_total asc', limit: 3 }],
	['latest 5 orders', 'sale.order search_read', [], { order: 'date_order desc', limit: 5 }],
	['last 10 orders', 'sale.order search_read', [], { order: 'date_order desc', limit: 10 }],
	[
		'newest 3 customers',
		'res.partner search_read',
		[['customer_rank', '>', 0]],
		{ order: 'create_date desc', limit: 3 },
	],
	['cheapest product', 'product.product search_read', [], { order: 'list_price asc', limit: 1 }],
	['Which product has the lowest stock?', 'product.product search_read', [], { limit: 200 }],
	['contacts without email', 'res.partner search_read', ['|', ['email', '=', false], ['email', '=', '']], {}],
	[
		'customers with no phone',
		'res.partner search_read',
		[['customer_rank', '>', 0], '|', ['phone', '=', false], ['phone', '=', '']],
		{},
	],
	[
		'customers in Germany',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['country_id', 'in', [4]],
		],
		{},
	],
	[
		'customers in Germany or France',
		'res.partner search_read',
		[['customer_rank', '>', 0], '|', ['country_id', 'in', [4]], ['country_id', 'in', [3]]],
		{},
	],
	[
		'customers not in Germany',
		'res.partner search_read',
		[['customer_rank', '>', 0], '!', ['country_id', 'in', [4]]],
		{},
	],
	['contacts in Seattle', 'res.partner search_read', [['city', '=ilike', 'Seattle']], {}],
	[
		'VIP customers',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['category_id', 'in', [1]],
		],
		{},
	],
	[
		'qualified opportunities',
		'crm.lead search_read',
		[
			['type', '=', 'opportunity'],
			['stage_id', 'in', [2]],
		],
		{},
	],
	[
		'won opportunities',
		'crm.lead search_read',
		[
			['type', '=', 'opportunity'],
			['stage_id.is_won', '=', true],
		],
		{},
	],
	[
		'opportunities closing this quarter',
		'crm.lead search_read',
		[
			['type', '=', 'opportunity'],
			['date_deadline', '>=', '2026-01-01'],
			['date_deadline', '<', '2026-04-01'],
		],
		{},
	],
	[
		'opportunities over 10000',
		'crm.lead search_read',
		[
			['type', '=', 'opportunity'],
			['expected_revenue', '>', 10000],
		],
		{},
	],
	[
		'quotations from Brightwater Foods',
		'sale.order search_read',
		[
			['state', 'in', ['draft', 'sent']],
			['partner_id', 'child_of', [9]],
		],
		{},
	],
	[
		'unpaid invoices of Larkspur Clinics',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
			['partner_id', 'child_of', [14]],
		],
		{},
	],
	['orders by Dana Whitfield', 'sale.order search_read', [['user_id', 'in', [3]]], {}],
	[
		'orders of Alder & Finch Furniture over $500 in March 2026',
		'sale.order search_read',
		[
			['partner_id', 'child_of', [6]],
			['amount_total', '>', 500],
			['date_order', '>=', '2026-03-01 00:00:00'],
			['date_order', '<', '2026-04-01 00:00:00'],
		],
		{},
	],
	['draft or sent orders', 'sale.order search_read', ['|', ['state', '=', 'draft'], ['state', '=', 'sent']], {}],
	['orders not confirmed', 'sale.order search_read', ['!', ['state', '=', 'sale']], {}],
	[
		'orders between $1000 and $2000',
		'sale.order search_read',
		[
			['amount_total', '>=', 1000],
			['amount_total', '<=', 2000],
		],
		{},
	],
	[
		'orders in the last 7 days',
		'sale.order search_read',
		[
			['date_order', '>=', '2026-03-12 00:00:00'],
			['date_order', '<', '2026-03-19 00:00:00'],
		],
		{},
	],
	['orders since 2026-01-01', 'sale.order search_read', [['date_order', '>=', '2026-01-01 00:00:00']], {}],
	['orders before 2025-06-01', 'sale.order search_read', [['date_order', '<', '2025-06-01 00:00:00']], {}],
	[
		'orders from January to March 2026',
		'sale.order search_read',
		[
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2026-04-01 00:00:00'],
		],
		{},
	],
	[
		'orders placed on March 17, 2026',
		'sale.order search_read',
		[
			['date_order', '>=', '2026-03-17 00:00:00'],
			['date_order', '<', '2026-03-18 00:00:00'],
		],
		{},
	],
	[
		'orders in Q1 2025',
		'sale.order search_read',
		[
			['date_order', '>=', '2025-01-01 00:00:00'],
			['date_order', '<', '2025-04-01 00:00:00'],
		],
		{},
	],
	[
		'orders 3 days ago',
		'sale.order search_read',
		[
			['date_order', '>=', '2026-03-15 00:00:00'],
			['date_order', '<', '2026-03-16 00:00:00'],
		],
		{},
	],
	[
		'invoices due this week',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['invoice_date_due', '>=', '2026-03-16'],
			['invoice_date_due', '<', '2026-03-23'],
		],
		{},
	],
	[
		'unpaid invoices sorted by due date',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{ order: 'invoice_date_due asc' },
	],
	[
		'sales orders with amount_total >= 2000 sorted by amount_total desc',
		'sale.order search_read',
		[['amount_total', '>=', 2000]],
		{ order: 'amount_total desc' },
	],
	['show name and email of customers', 'res.partner search_read', [['customer_rank', '>', 0]], {}],
	['customers with their email and phone', 'res.partner search_read', [['customer_rank', '>', 0]], {}],
	['email of Amelia Hart', 'res.partner search_read', [['name', '=ilike', 'Amelia Hart']], {}],
	['contacts with name containing "hart"', 'res.partner search_read', [['name', 'ilike', 'hart']], {}],
	['contacts named "Jonas Weber"', 'res.partner search_read', [['name', '=ilike', 'Jonas Weber']], {}],
	[
		'order S00019',
		'sale.order search_read',
		['|', ['name', '=ilike', 'S00019'], ['client_order_ref', '=ilike', 'S00019']],
		{},
	],
	['products in category Furniture', 'product.product search_read', [['categ_id', 'child_of', [2]]], {}],
	['products in the Furniture category', 'product.product search_read', [['categ_id', 'child_of', [2]]], {}],
	[
		'products under $50 sorted by price',
		'product.product search_read',
		[['list_price', '<', 50]],
		{ order: 'list_price asc' },
	],
	['vendor bills', 'account.move search_read', [['move_type', '=', 'in_invoice']], {}],
	['credit notes', 'account.move search_read', [['move_type', '=', 'out_refund']], {}],
	['archived contacts', 'res.partner search_read', [['active', '=', false]], {}],
	['companies', 'res.partner search_read', [['is_company', '=', true]], {}],
	['users', 'res.users search_read', [], {}],
	['countries', 'res.country search_read', [], {}],
	['sale.order where state = draft', 'sale.order search_read', [['state', '=', 'draft']], {}],
	[
		'stock of Oak Desk',
		'product.product search_read',
		['|', ['name', '=ilike', 'Oak Desk'], ['default_code', '=ilike', 'Oak Desk']],
		{},
	],
	[
		'customers who owe us more than $1000',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['credit', '>', 1000],
		],
		{},
	],
	[
		'Which customers owe us money?',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['credit', '>', 0],
		],
		{},
	],
	[
		'Who are our top customers?',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['partner_id', '!=', false],
		],
		{
			groupby: ['partner_id'],
			aggregates: ['__count', 'amount_total:sum'],
			order: 'amount_total:sum desc',
			limit: 10,
		},
	],
	[
		'What were sales yesterday?',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-17 00:00:00'],
			['date_order', '<', '2026-03-18 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:sum'], limit: 200 },
	],
	[
		'Send me a list of overdue invoices with customer and amount due',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
			['invoice_date_due', '<', '2026-03-18'],
		],
		{},
	],
	[
		'which products are out of stock?',
		'product.product search_read',
		[
			['qty_available', '<=', 0],
			['is_storable', '=', true],
		],
		{},
	],
	[
		'new customers this week',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['create_date', '>=', '2026-03-16 00:00:00'],
			['create_date', '<', '2026-03-23 00:00:00'],
		],
		{},
	],
	[
		'opportunities expected to close this month',
		'crm.lead search_read',
		[
			['type', '=', 'opportunity'],
			['date_deadline', '>=', '2026-03-01'],
			['date_deadline', '<', '2026-04-01'],
		],
		{},
	],
	[
		'sales by customer this year sorted by amount',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
		],
		{ groupby: ['partner_id'], aggregates: ['__count', 'amount_total:sum'], order: 'amount_total:sum asc' },
	],
	['contacts tagged VIP', 'res.partner search_read', [['category_id', 'in', [1]]], {}],
	[
		'companies in Munich',
		'res.partner search_read',
		[
			['is_company', '=', true],
			['city', '=ilike', 'Munich'],
		],
		{},
	],
	["What's the email address of Amelia Hart?", 'res.partner search_read', [['name', '=ilike', 'Amelia Hart']], {}],
	[
		'What is the total of order S00019?',
		'sale.order formatted_read_group',
		['|', ['name', '=ilike', 'S00019'], ['client_order_ref', '=ilike', 'S00019']],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:sum'], limit: 200 },
	],
	[
		'What is the status of S00019?',
		'sale.order search_read',
		['|', ['name', '=ilike', 'S00019'], ['client_order_ref', '=ilike', 'S00019']],
		{},
	],
	['customer list', 'res.partner search_read', [['customer_rank', '>', 0]], {}],
	[
		'total amount due per customer',
		'account.move formatted_read_group',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{ groupby: ['partner_id'], aggregates: ['__count', 'amount_residual:sum'] },
	],
	[
		'total outstanding by customer',
		'account.move formatted_read_group',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{ groupby: ['partner_id'], aggregates: ['__count', 'amount_residual:sum'] },
	],
	['max amount of orders', 'sale.order search_read', [], { order: 'amount_total desc', limit: 1 }],
	[
		'orders greater than 500 but less than 2000',
		'sale.order search_read',
		[
			['amount_total', '>', 500],
			['amount_total', '<', 2000],
		],
		{},
	],
	[
		'invoices over 1,000.50 dollars',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['amount_total', '>', 1000.5],
		],
		{},
	],
	[
		'invoices that are not paid',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['state', '=', 'posted'],
			['payment_state', 'in', ['not_paid', 'partial']],
		],
		{},
	],
	['sales orders in state draft', 'sale.order search_read', [['state', '=', 'draft']], {}],
	[
		'customers without phone or email',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			'|',
			['phone', '=', false],
			['phone', '=', ''],
			'|',
			['email', '=', false],
			['email', '=', ''],
		],
		{},
	],
	['customers who ordered this month', 'res.partner search_read', [['id', 'in', [6, 11, 14, 18, 20]]], {}],
	[
		'customers with email and more than 1 order',
		'res.partner search_read',
		[
			['email', '!=', false],
			['email', '!=', ''],
			['id', 'in', [6, 9, 11, 14, 18, 22, 24]],
		],
		{},
	],
	['customers with at least 2 orders this year', 'res.partner search_read', [['id', 'in', [11, 14, 24]]], {}],
	[
		'customers without orders',
		'res.partner search_read',
		[
			['customer_rank', '>', 0],
			['id', 'not in', [6, 33, 9, 11, 14, 16, 18, 20, 22, 24, 34]],
		],
		{},
	],
	['orders containing Oak Desk', 'sale.order search_read', [['order_line.product_id', 'in', [1]]], {}],
	[
		'Which salesperson sold the most this month?',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2026-03-01 00:00:00'],
			['date_order', '<', '2026-04-01 00:00:00'],
			['user_id', '!=', false],
		],
		{ groupby: ['user_id'], aggregates: ['__count', 'amount_total:sum'], order: 'amount_total:sum desc', limit: 1 },
	],
	[
		'invoices by payment status',
		'account.move formatted_read_group',
		[['move_type', '=', 'out_invoice']],
		{ groupby: ['payment_state'], aggregates: ['__count', 'amount_total:sum'] },
	],
	[
		'count of orders by month and salesperson',
		'sale.order formatted_read_group',
		[],
		{ groupby: ['date_order:month', 'user_id'], aggregates: ['__count'] },
	],
	['contacts whose name starts with "A"', 'res.partner search_read', [['name', '=ilike', 'A%']], {}],
	[
		'products with cost above 100 and price below 500',
		'product.product search_read',
		[
			['standard_price', '>', 100],
			['list_price', '<', 500],
		],
		{},
	],
	[
		'top 10 invoices by amount due',
		'account.move search_read',
		[['move_type', '=', 'out_invoice']],
		{ order: 'amount_residual desc', limit: 10 },
	],
	["Amelia Hart's orders", 'sale.order search_read', [['partner_id', 'child_of', [33]]], {}],
	[
		'Brightwater Foods invoices',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['partner_id', 'child_of', [9]],
		],
		{},
	],
	[
		'show Alder & Finch Furniture orders this year',
		'sale.order search_read',
		[
			['partner_id', 'child_of', [6]],
			['date_order', '>=', '2026-01-01 00:00:00'],
			['date_order', '<', '2027-01-01 00:00:00'],
		],
		{},
	],
	['Who owes us money?', 'res.partner search_read', [['credit', '>', 0]], {}],
	[
		'Oak Desk stock',
		'product.product search_read',
		['|', ['name', '=ilike', 'Oak Desk'], ['default_code', '=ilike', 'Oak Desk']],
		{},
	],
	[
		'How much does Copperfield Robotics owe us?',
		'res.partner search_read',
		[['name', '=ilike', 'Copperfield Robotics']],
		{ limit: 200 },
	],
	[
		'2025 invoices',
		'account.move search_read',
		[
			['move_type', '=', 'out_invoice'],
			['invoice_date', '>=', '2025-01-01'],
			['invoice_date', '<', '2026-01-01'],
		],
		{},
	],
	[
		'sales 2025',
		'sale.order formatted_read_group',
		[
			['state', '=', 'sale'],
			['date_order', '>=', '2025-01-01 00:00:00'],
			['date_order', '<', '2026-01-01 00:00:00'],
		],
		{ groupby: ['currency_id'], aggregates: ['__count', 'amount_total:sum'], limit: 200 },
	],
	['total customers', 'res.partner search_count', [['customer_rank', '>', 0]], {}],
];

describe('the query for a question, on Wednesday, 18 March 2026', () => {
	it.each(QUESTIONS)('%s', async (question, query, domain, more) => {
		const { answer, queries } = await ask(question);
		expect(answer).toMatchObject({ kind: 'answered' });
		const { model, method, args, kwargs } = queries.at(-1) ?? { kwargs: {} };
		expect([`${model ?? ''} ${method ?? ''}`, args?.[0]]).toEqual([query, domain]);
		expect(kwargs).toMatchObject(more);
		expect(Object.hasOwn(kwargs, 'order')).toBe('order' in more);
	});
});

describe('the answer to a question', () => {
	it.each<[question: string, text: string]>([
		[
			'List all customers with outstanding invoices over $1000',
			'2 customers with customer invoices (outstanding; Amount Due over $1,000.00): ' +
				'Copperfield Robotics ($2,171.40), Tidewater Marine Supply ($7,359.00).',
		],
		[
			'confirmed sales orders today',
			'2 sales orders (confirmed; Order Date today (2026-03-18)): S00019 (Alder & Finch Furniture, $2,303.40), ' +
				'S00018 (Quarry Lane School, $2,508.00). Total together: $4,811.40.',
		],
		['How many customers do we have?', '13 customers.'],
		[
			'total sales last month',
			'2 confirmed sales orders (Order Date last month (2026-02-01 to 2026-02-28)): Total $11,701.80 in all. ' +
				'Sales were taken for confirmed sales orders.',
		],
		[
			'sales this year by month',
			'Sum of Total and number of confirmed sales orders (Order Date this year (2026-01-01 to 2026-12-31)) by month: ' +
				'January 2026: $968.00 (1); February 2026: $11,701.80 (2); March 2026: $18,016.90 (5). ' +
				'Sales were taken for confirmed sales orders.',
		],
		[
			'total stock',
			'14 products: Quantity On Hand 1,092 in all. Odoo computes Quantity On Hand anew at each reading, so I read ' +
				'all of them and did the sum. Stock was taken for the quantity on hand of products.',
		],
		['total of draft and posted invoices', '11 customer invoices (draft or posted): Total $24,457.40 in all.'],
		[
			'total of invoices this month',
			'2 customer invoices (Invoice/Bill Date this month (2026-03-01 to 2026-03-31)): Total $3,281.30 in all. ' +
				'Drafts and canceled ones are counted in.',
		],
		[
			'outstanding invoices over €1000',
			'2 customer invoices (outstanding; Amount Due over €1,000.00): INV/2026/00003 (Tidewater Marine Supply, ' +
				'$7,359.00), INV/2026/00002 (Copperfield Robotics, $2,171.40). Amount Due together: $9,530.40. ' +
				'Amounts in USD were compared as they are, without conversion from EUR.',
		],
	])('is one line in plain words: %s', async (question, text) => {
		expect((await ask(question)).answer.text).toBe(text);
	});

	it('says so when a name fits several records, and takes all', async () => {
		const { answer } = await ask('contacts in company "o"');
		expect(answer.text).toMatch(/More than 20 records|fits \d+ records/);
	});

	it('has the queries as they were sent, and no others', async () => {
		odoo().calls.length = 0;
		const { queries } = await ask('quotations from Brightwater Foods');
		const sent = odoo().calls.filter(({ model, method }) => model !== 'ir.model' && method !== 'fields_get');
		expect(queries).toEqual(sent);
	});

	it('tells of older Odoos by the method that they have', async () => {
		const old = await connectTo(sandboxServer(14));
		const { answer, queries } = await askRules(old.client, 'sales this year by month');
		await old.close();
		expect(queries.map(({ method }) => method)).toEqual(['read_group', 'read_group']);
		expect(answer.text).toContain('February 2026: $11,701.80 (2)');
	});
});
