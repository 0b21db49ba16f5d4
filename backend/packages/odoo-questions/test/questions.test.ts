import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { askRules, connectTo, sandboxServer } from '../../../../test/support/planners';
import { use } from '../../../../test/support/use';
import { sayQuery } from './query-notation';

const odoo = use(() => connectTo(sandboxServer(19)));

const ask = (message: string) => askRules(odoo().client, message);

/** The cases of a block: a line for the question, and below it, deeper, what it is to become. */
const casesOf = (block: string) =>
	block
		.trim()
		.split(/\n\t(?!\t)/)
		.map((each): [question: string, expected: string] => {
			const [question = '', ...lines] = each.split(/\n\t+/);
			return [question, lines.join(' ')];
		});

/** Customer invoices that are posted and not wholly paid. */
const UNPAID = 'move_type = out_invoice, state = posted, payment_state in [not_paid, partial]';

/** Contacts with an invoice, or a confirmed order. */
const CUSTOMERS = '(customer_rank > 0 or sale_order_ids.state in [sale, done])';

/** Customer invoices and credit notes that are posted and not wholly paid. */
const OPEN = 'move_type in [out_invoice, out_refund], state = posted, payment_state in [not_paid, partial]';

/** By kind, questions and below each the query that brings its answer, in the notation of {@link sayQuery}. */
const QUESTIONS: Readonly<Record<string, string>> = {
	'a noun alone': `
	companies
		search res.partner: is_company = true
	users
		search res.users
	countries
		search res.country
	customer list
		search res.partner: ${CUSTOMERS}
	vendor bills
		search account.move: move_type = in_invoice
	credit notes
		search account.move: move_type = out_refund
`,
	'fields to show': `
	What is Copperfield Robotics's phone number?
		search res.partner: name =ilike Copperfield Robotics
	Amelia Hart's email and phone
		search res.partner: name =ilike Amelia Hart
	address of Copperfield Robotics
		search res.partner: name =ilike Copperfield Robotics
	where is Larkspur Clinics
		search res.partner: name =ilike Larkspur Clinics
	price of Oak Desk
		search product.product: (name =ilike Oak Desk or default_code =ilike Oak Desk)
	what does Oak Desk cost
		search product.product: (name =ilike Oak Desk or default_code =ilike Oak Desk)
	who is the salesperson of S00019?
		search sale.order: (name =ilike S00019 or client_order_ref =ilike S00019)
	who is the salesperson of Larkspur Clinics
		search res.partner: name =ilike Larkspur Clinics
	date of order S00019
		search sale.order: (name =ilike S00019 or client_order_ref =ilike S00019)
	when is INV/2026/00002 due
		search account.move: ((name =ilike INV/2026/00002 or ref =ilike INV/2026/00002) or
		payment_reference =ilike INV/2026/00002)
	show name and email of customers
		search res.partner: ${CUSTOMERS}
	customers with their email and phone
		search res.partner: ${CUSTOMERS}
	email of Amelia Hart
		search res.partner: name =ilike Amelia Hart
	What's the email address of Amelia Hart?
		search res.partner: name =ilike Amelia Hart
	What is the status of S00019?
		search sale.order: (name =ilike S00019 or client_order_ref =ilike S00019)
	stock of Oak Desk
		search product.product: (name =ilike Oak Desk or default_code =ilike Oak Desk)
	Oak Desk stock
		search product.product: (name =ilike Oak Desk or default_code =ilike Oak Desk)
	How much does Copperfield Robotics owe us?
		group account.move by currency_id, move_type (amount_residual:sum): move_type in [out_invoice, out_refund],
		state = posted, payment_state in [not_paid, partial], partner_id child_of [11]; limit 200
	Send me a list of overdue invoices with customer and amount due
		search account.move: ${UNPAID}, invoice_date_due < 2026-03-18
`,
	'states, stages and tags': `
	out of stock products
		search product.product: qty_available <= 0, is_storable = true
	which products are out of stock?
		search product.product: qty_available <= 0, is_storable = true
	won opportunities
		search crm.lead: type = opportunity, stage_id.is_won = true
	qualified opportunities
		search crm.lead: type = opportunity, stage_id in [2]
	VIP customers
		search res.partner: ${CUSTOMERS}, category_id in [1]
	contacts tagged VIP
		search res.partner: category_id in [1]
	orders that are quotations
		search sale.order: state in [draft, sent]
	orders and quotations
		search sale.order: state in [draft, sent, sale]
	quotations and orders
		search sale.order: state in [draft, sent, sale]
	draft or sent orders
		search sale.order: (state = draft or state = sent)
	orders not confirmed
		search sale.order: not state = sale
	invoices that are not paid
		search account.move: ${UNPAID}
	sales orders in state draft
		search sale.order: state = draft
	sale.order where state = draft
		search sale.order: state = draft
	archived contacts
		search res.partner: active = false
	Which customers owe us money?
		search res.partner: id in [9, 11, 18, 24]
	Who owes us money?
		search res.partner: id in [9, 11, 18, 24]
`,
	'lines of documents': `
	What products are in S00019?
		search sale.order.line: display_type = false, order_id in [19]
	what is in S00019
		search sale.order.line: display_type = false, order_id in [19]
	lines of order S00019
		search sale.order.line: display_type = false, order_id in [19]
	how many lines does S00019 have
		count sale.order.line: display_type = false, order_id in [19]
	how many products are in S00019
		count sale.order.line: display_type = false, order_id in [19]
	items on invoice INV/2026/00002
		search account.move.line: move_id in [8]
`,
	'what is due and what is late': `
	invoices due
		search account.move: ${UNPAID}
	invoices that are not yet due
		search account.move: ${UNPAID}, invoice_date_due >= 2026-03-18
	not overdue invoices
		search account.move: ${UNPAID}, invoice_date_due >= 2026-03-18
	what is due from Tidewater Marine Supply this week
		search account.move: ${UNPAID}, state = posted, payment_state in [not_paid, partial], partner_id child_of [24],
		invoice_date_due 2026-03-16..2026-03-23
	how much does Copperfield Robotics still owe
		group account.move by currency_id, move_type (amount_residual:sum): ${OPEN}, partner_id child_of [11];
		limit 200
	outstanding balance of Copperfield Robotics
		group account.move by currency_id (amount_residual:sum): ${UNPAID}, partner_id child_of [11]; limit 200
	invoices with amount due over 1000
		search account.move: move_type = out_invoice, amount_residual > 1000, state = posted,
		payment_state in [not_paid, partial]
	Which invoices are more than 30 days overdue?
		search account.move: ${UNPAID}, invoice_date_due < 2026-03-18, invoice_date_due < 2026-02-16
	invoices overdue by at least 2 weeks
		search account.move: ${UNPAID}, invoice_date_due < 2026-03-18, invoice_date_due < 2026-03-05
	10 days late invoices
		search account.move: ${UNPAID}, invoice_date_due < 2026-03-18, invoice_date_due < 2026-03-09
	invoices less than 1 month late
		search account.move: ${UNPAID}, invoice_date_due < 2026-03-18, invoice_date_due >= 2026-02-19
	How much does customer Copperfield Robotics owe us?
		group account.move by currency_id, move_type (amount_residual:sum): ${OPEN}, partner_id child_of [11];
		limit 200
	what do our customers owe us
		group account.move by currency_id, move_type (amount_residual:sum): ${OPEN}; limit 200
	how much is owed by Copperfield Robotics
		group account.move by currency_id, move_type (amount_residual:sum): ${OPEN}, partner_id child_of [11];
		limit 200
	how much do we owe our vendors
		group account.move by currency_id, move_type (amount_residual:sum): move_type in [in_invoice, in_refund],
		state = posted, payment_state in [not_paid, partial]; limit 200
	receivables by customer
		group account.move by partner_id, move_type (amount_residual:sum): ${OPEN}
`,
	'what is missing': `
	contacts without email
		search res.partner: (email = false or email = "")
	customers with no phone
		search res.partner: ${CUSTOMERS}, (phone = false or phone = "")
	customers without phone or email
		search res.partner: ${CUSTOMERS}, (phone = false or phone = ""), (email = false or email = "")
`,
	numbers: `
	products with qty_available < 10
		search product.product: qty_available < 10
	products with less than 10 in stock
		search product.product: qty_available < 10
	products with stock below 10
		search product.product: qty_available < 10
	outstanding invoices over $1000
		search account.move: ${UNPAID}, currency_id.name = USD, amount_residual > 1000
	invoices over 1k that are unpaid
		search account.move: move_type = out_invoice, amount_residual > 1000, state = posted,
		payment_state in [not_paid, partial]
	opportunities over 10000
		search crm.lead: type = opportunity, expected_revenue > 10000
	orders with amount_total over 1000 CHF
		search sale.order: state = sale, currency_id.name = CHF, amount_total > 1000
	opportunities over 10000 euros
		search crm.lead: type = opportunity, company_currency.name = EUR, expected_revenue > 10000
	orders between $1000 and $2000
		search sale.order: state = sale, currency_id.name = USD, amount_total >= 1000, amount_total <= 2000
	orders greater than 500 but less than 2000
		search sale.order: state = sale, amount_total > 500, amount_total < 2000
	invoices over 1,000.50 dollars
		search account.move: move_type = out_invoice, currency_id.name = USD, amount_total > 1000.5
	customers who owe us more than $1000
		search res.partner: id in [11, 24]
	products with cost above 100 and price below 500
		search product.product: standard_price > 100, list_price < 500
`,
	names: `
	customers in Germany
		search res.partner: ${CUSTOMERS}, country_id in [4]
	customers in Germany or France
		search res.partner: ${CUSTOMERS}, (country_id in [4] or country_id in [3])
	customers not in Germany
		search res.partner: ${CUSTOMERS}, not country_id in [4]
	contacts in Seattle
		search res.partner: city =ilike Seattle
	companies in Munich
		search res.partner: is_company = true, city =ilike Munich
	quotations from Brightwater Foods
		search sale.order: state in [draft, sent], partner_id child_of [9]
	Amelia Hart's orders
		search sale.order: state = sale, partner_id child_of [33]
	unpaid invoices of Larkspur Clinics
		search account.move: ${UNPAID}, partner_id child_of [14]
	Brightwater Foods invoices
		search account.move: move_type = out_invoice, partner_id child_of [9]
	orders by Dana Whitfield
		search sale.order: state = sale, user_id in [3]
	orders containing Oak Desk
		search sale.order: state = sale, order_line.product_id in [1]
	contacts named "Jonas Weber"
		search res.partner: name =ilike Jonas Weber
	contacts with name containing "hart"
		search res.partner: name ilike hart
	contacts whose name starts with "A"
		search res.partner: name =ilike A%
	order S00019
		search sale.order: (name =ilike S00019 or client_order_ref =ilike S00019)
	products in category Furniture
		search product.product: categ_id child_of [2]
	products in the Furniture category
		search product.product: categ_id child_of [2]
`,
	dates: `
	confirmed sales orders today
		search sale.order: state = sale, date_order 2026-03-18..2026-03-19 0:00
	What are today's confirmed sales orders?
		search sale.order: date_order 2026-03-18..2026-03-19 0:00, state = sale
	Which sales orders were confirmed yesterday?
		search sale.order: state = sale, date_order 2026-03-17..2026-03-18 0:00
	daily sales report
		search sale.order: state = sale, date_order 2026-03-18..2026-03-19 0:00
	weekly sales report
		search sale.order: state = sale, date_order 2026-03-16..2026-03-23 0:00
	sales report for yesterday
		search sale.order: state = sale, date_order 2026-03-17..2026-03-18 0:00
	orders in the last 7 days
		search sale.order: state = sale, date_order 2026-03-12..2026-03-19 0:00
	orders since 2026-01-01
		search sale.order: state = sale, date_order >= 2026-01-01 0:00
	orders before 2025-06-01
		search sale.order: state = sale, date_order < 2025-06-01 0:00
	orders from January to March 2026
		search sale.order: state = sale, date_order 2026-01-01..2026-04-01 0:00
	orders placed on March 17, 2026
		search sale.order: state = sale, date_order 2026-03-17..2026-03-18 0:00
	orders in Q1 2025
		search sale.order: state = sale, date_order 2025-01-01..2025-04-01 0:00
	new orders today
		search sale.order: state = sale, date_order 2026-03-18..2026-03-19 0:00
	orders 3 days ago
		search sale.order: state = sale, date_order 2026-03-15..2026-03-16 0:00
	2025 invoices
		search account.move: move_type = out_invoice, invoice_date 2025-01-01..2026-01-01
	orders of Alder & Finch Furniture over $500 in March 2026
		search sale.order: state = sale, partner_id child_of [6], currency_id.name = USD, amount_total > 500, date_order
		2026-03-01..2026-04-01 0:00
	show Alder & Finch Furniture orders this year
		search sale.order: state = sale, partner_id child_of [6], date_order 2026-01-01..2027-01-01 0:00
	new customers this week
		search res.partner: ${CUSTOMERS}, create_date 2026-03-16..2026-03-23 0:00
	invoices due this week
		search account.move: move_type = out_invoice, invoice_date_due 2026-03-16..2026-03-23, state = posted,
		payment_state in [not_paid, partial]
	opportunities closing this quarter
		search crm.lead: type = opportunity, date_deadline 2026-01-01..2026-04-01
	opportunities expected to close this month
		search crm.lead: type = opportunity, date_deadline 2026-03-01..2026-04-01
`,
	'records that belong to others': `
	List all customers with outstanding invoices over $1000
		search res.partner: id in [11, 24]
	customers who ordered this month
		search res.partner: id in [6, 11, 14, 18, 20]
	customers with at least 2 orders this year
		search res.partner: id in [11, 14]
	customers with email and more than 1 order
		search res.partner: email != false, email != "", id in [6, 11, 14, 18]
	customers without orders
		search res.partner: ${CUSTOMERS}, id not in [6, 9, 11, 14, 18, 20, 22, 24, 34]
`,
	counts: `
	How many customers do we have?
		count res.partner: ${CUSTOMERS}
	total customers
		count res.partner: ${CUSTOMERS}
	how many orders did we get today
		count sale.order: state = sale, date_order 2026-03-18..2026-03-19 0:00
	how many invoices did we send yesterday
		count account.move: move_type = out_invoice, invoice_date 2026-03-17..2026-03-18
	how many leads came in this week
		count crm.lead: type = lead, create_date 2026-03-16..2026-03-23 0:00
	how many invoices are overdue?
		count account.move: ${UNPAID}, invoice_date_due < 2026-03-18
	count the draft invoices
		count account.move: move_type = out_invoice, state = draft
	number of contacts in Germany
		count res.partner: country_id in [4]
`,
	'sums and averages': `
	total sales last month
		group sale.order by currency_id (amount_total:sum): state = sale, date_order 2026-02-01..2026-03-01 0:00;
		limit 200
	total invoiced this month
		group account.move by currency_id (amount_total:sum): move_type = out_invoice, state = posted,
		invoice_date 2026-03-01..2026-04-01; limit 200
	how much did we invoice Copperfield Robotics
		group account.move by currency_id (amount_total:sum): move_type = out_invoice, state = posted,
		partner_id child_of [11]; limit 200
	total ordered last month
		group sale.order by currency_id (amount_total:sum): state = sale, date_order 2026-02-01..2026-03-01 0:00;
		limit 200
	total of invoices in euros
		group account.move by currency_id (amount_total:sum): move_type = out_invoice, currency_id.name = EUR;
		limit 200
	total of invoices due this month
		group account.move by currency_id (amount_residual:sum): move_type = out_invoice,
		invoice_date_due 2026-03-01..2026-04-01, state = posted, payment_state in [not_paid, partial]; limit 200
	how much did we sell this year?
		group sale.order by currency_id (amount_total:sum): state = sale, date_order 2026-01-01..2027-01-01 0:00;
		limit 200
	What were sales yesterday?
		group sale.order by currency_id (amount_total:sum): state = sale, date_order 2026-03-17..2026-03-18 0:00;
		limit 200
	sales 2025
		group sale.order by currency_id (amount_total:sum): state = sale, date_order 2025-01-01..2026-01-01 0:00;
		limit 200
	what is the total outstanding?
		group account.move by currency_id (amount_residual:sum): ${UNPAID}; limit 200
	total expected revenue of open opportunities
		group crm.lead (expected_revenue:sum): type = opportunity, stage_id.is_won = false; limit 200
	average order value this year
		group sale.order by currency_id (amount_total:avg): state = sale, date_order 2026-01-01..2027-01-01 0:00; limit
		200
	average amount of confirmed orders in 2025
		group sale.order by currency_id (amount_total:avg): state = sale, date_order 2025-01-01..2026-01-01 0:00;
		limit 200
	What is the total of order S00019?
		group sale.order by currency_id (amount_total:sum): (name =ilike S00019 or client_order_ref =ilike S00019);
		limit 200
`,
	groups: `
	sales by month
		group sale.order by date_order:month (amount_total:sum): state = sale
	sales this year by month
		group sale.order by date_order:month (amount_total:sum): state = sale,
		date_order 2026-01-01..2027-01-01 0:00
	orders by salesperson
		group sale.order by user_id (amount_total:sum): state = sale
	how many orders per customer
		group sale.order by partner_id: state = sale
	count of orders by month and salesperson
		group sale.order by date_order:month, user_id: state = sale
	opportunities by stage
		group crm.lead by stage_id (expected_revenue:sum): type = opportunity
	count of products by category
		group product.product by categ_id
	sales by product
		group sale.order.line by product_id (price_subtotal:sum): state = sale
	average amount of sales orders by salesperson
		group sale.order by user_id (amount_total:avg): state = sale
	sales by customer this year sorted by amount
		group sale.order by partner_id (amount_total:sum): state = sale, date_order 2026-01-01..2027-01-01 0:00;
		order amount_total:sum asc
	total amount due per customer
		group account.move by partner_id (amount_residual:sum): ${UNPAID}
	total outstanding by customer
		group account.move by partner_id (amount_residual:sum): ${UNPAID}
	invoices by payment status
		group account.move by payment_state (amount_total:sum): move_type = out_invoice
`,
	'an order': `
	largest invoice ever
		search account.move: move_type = out_invoice; order amount_total desc; limit 1
	oldest order
		search sale.order: state = sale; order date_order asc; limit 1
	largest invoice
		search account.move: move_type = out_invoice; order amount_total desc; limit 1
	max amount of orders
		search sale.order: state = sale; order amount_total desc; limit 1
	the 3 smallest orders
		search sale.order: state = sale; order amount_total asc; limit 3
	latest 5 orders
		search sale.order: state = sale; order date_order desc; limit 5
	last 10 orders
		search sale.order: state = sale; order date_order desc; limit 10
	newest 3 customers
		search res.partner: ${CUSTOMERS}; order create_date desc; limit 3
	cheapest product
		search product.product; order list_price asc; limit 1
	Which product has the lowest stock?
		search product.product; limit 200
	unpaid invoices sorted by due date
		search account.move: ${UNPAID}; order invoice_date_due asc
	products under $50 sorted by price
		search product.product: currency_id.name = USD, list_price < 50; order list_price asc
	sales orders with amount_total >= 2000 sorted by amount_total desc
		search sale.order: state = sale, amount_total >= 2000; order amount_total desc
`,
	rankings: `
	top 5 customers by revenue
		group sale.order by partner_id (amount_total:sum): state = sale, partner_id != false;
		order amount_total:sum desc; limit 5
	Who are our top customers?
		group sale.order by partner_id (amount_total:sum): state = sale, partner_id != false;
		order amount_total:sum desc; limit 10
	best customers this year
		group sale.order by partner_id (amount_total:sum): state = sale, date_order 2026-01-01..2027-01-01 0:00,
		partner_id != false; order amount_total:sum desc; limit 10
	best selling products
		group sale.order.line by product_id (price_subtotal:sum): state = sale, product_id != false;
		order price_subtotal:sum desc; limit 10
	top 3 products by sales this month
		group sale.order.line by product_id (price_subtotal:sum): state = sale,
		order_id.date_order 2026-03-01..2026-04-01 0:00, product_id != false; order price_subtotal:sum desc; limit 3
	which customer has the most orders?
		group sale.order by partner_id: state = sale, partner_id != false; order __count desc; limit 1
	Which salesperson sold the most this month?
		group sale.order by user_id (amount_total:sum): state = sale, date_order 2026-03-01..2026-04-01 0:00,
		user_id != false; order amount_total:sum desc; limit 1
	top 10 invoices by amount due
		search account.move: ${UNPAID}; order amount_residual desc; limit 10
`,
};

describe('the query for a question, on Wednesday, 18 March 2026', () => {
	describe.each(Object.entries(QUESTIONS))('%s', (_kind, block) => {
		it.each(casesOf(block))('%s', async (question, query) => {
			const { answer, queries } = await ask(question);
			expect(answer).toMatchObject({ kind: 'answered' });
			expect(queries.map(sayQuery).at(-1)).toBe(query);
		});
	});
});

/** Questions, and below each its answer. */
const ANSWERS = `
	List all customers with outstanding invoices over $1000
		2 customers with customer invoices (outstanding; Amount Due over $1,000.00): Copperfield Robotics ($2,171.40),
		Tidewater Marine Supply ($7,359.00).
	confirmed sales orders today
		2 sales orders (confirmed; Order Date today (2026-03-18)): S00019 (Alder & Finch Furniture, $2,303.40), S00018
		(Quarry Lane School, $2,508.00). Total together: $4,811.40.
	How many customers do we have?
		13 customers. Customers were taken for contacts with an invoice or a confirmed sales order.
	total sales last month
		2 confirmed sales orders (Order Date last month (2026-02-01 to 2026-02-28)): Total $11,701.80 in all. Sales
		were taken for confirmed sales orders.
	sales this year by month
		Sum of Total and number of confirmed sales orders (Order Date this year (2026-01-01 to 2026-12-31)) by month:
		January 2026: $968.00 (1); February 2026: $11,701.80 (2); March 2026: $18,016.90 (5). Sales were taken for
		confirmed sales orders.
	orders
		14 sales orders: S00019 (Alder & Finch Furniture, $2,303.40), S00018 (Quarry Lane School, $2,508.00), S00017
		(Copperfield Robotics, $9,924.20), S00014 (Northgate Cycles, $786.50), S00013 (Larkspur Clinics, $2,494.80)
		…. Total together: $39,193.00. Orders were taken for sales orders. Only confirmed ones were taken: quotations
		and canceled ones are left out.
	draft orders
		2 sales orders (draft): S00016 (Amelia Hart, $86.90, Quotation), S00012 (Marlow Print Works, $1,408.00,
		Quotation). Total together: $1,494.90. Orders were taken for sales orders.
	address of Copperfield Robotics
		1 contact (name “Copperfield Robotics”): Copperfield Robotics (Address 116 Market Street, Munich, Germany).
		This was taken for a question about a contact.
	What products are in S00019?
		2 order lines (order reference S00019): [CHAIR-01] Office Chair (Quantity 6, $1,134.00), [DESK-01] Oak Desk
		(Quantity 2, $960.00). Subtotal together: $2,094.00.
	Who owes us more than $1000?
		2 contacts with open invoices and credit notes of more than $1,000.00 in all: Copperfield Robotics
		($2,171.40), Tidewater Marine Supply ($7,359.00). This was taken for contacts.
	when was S00019 ordered
		1 sales order (name “S00019”): S00019 (Order Date 2026-03-18 10:30:00). This was taken for sales orders.
	what does Oak Desk cost
		1 product (name “Oak Desk”): [DESK-01] Oak Desk (Sales Price $480.00, Cost $290.00). This was taken for a
		question about a product.
	total stock
		14 products: Quantity On Hand 1,092 in all. Odoo computes Quantity On Hand anew at each reading, so I read all
		of them and did the sum. Stock was taken for the quantity on hand of products.
	total of draft and posted invoices
		11 customer invoices (draft or posted): Total $24,457.40 in all.
	total of invoices this month
		2 customer invoices (Invoice/Bill Date this month (2026-03-01 to 2026-03-31)): Total $3,281.30 in all. Drafts
		and canceled ones are counted in.
	outstanding invoices over €1000
		0 customer invoices (outstanding; Amount Due over €1,000.00). Only amounts in EUR were compared, as nothing is
		converted; those in USD are left out.
	invoices of "co"
		1 customer invoice (partner “co”): INV/2026/00002 (Copperfield Robotics, $4,342.80). “co” fits 2 records
		(partner): Copperfield Robotics and Kestrel Components; all were taken.
`;

describe('the answer to a question', () => {
	it.each(casesOf(ANSWERS))('is one line in plain words: %s', async (question, text) => {
		expect((await ask(question)).answer.text).toBe(text);
	});
});

describe('the README', () => {
	const readme = readFileSync(join(__dirname, '../README.md'), 'utf8');
	const examples = [...readme.matchAll(/^\|.*`.*\|$/gm)].flatMap(([row]) =>
		[...row.matchAll(/`([^`]+)`/g)].flatMap(([, example]) => example ?? []),
	);

	it.each(examples)('has an example that is understood: %s', async (example) => {
		expect((await ask(example)).answer).toMatchObject({ kind: expect.stringMatching(/^(?:answered|planned)$/) });
	});
});
