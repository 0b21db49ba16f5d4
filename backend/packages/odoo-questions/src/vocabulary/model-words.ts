import { both, before, compare, type ConditionFor, firstOf, isIn } from './conditions';
import { isoDay } from '../dates/periods';

/** A state that records are in, as people call it. */
export interface StateWords {
	readonly condition: ConditionFor;
	/** The amount that is meant of records in this state, where it is another one than usual. */
	readonly amount?: string;
}

/** What people say of a model's records. Of several field names the first that the model has counts. */
export interface ModelWords {
	/** The app that brings the model. */
	readonly app: string;
	/** What is shown of a record where nothing else is asked for. */
	readonly show: readonly string[];
	/** The amount that "over 1000" is about. */
	readonly amount?: readonly string[];
	/** The number that "less than 10 units" is about. */
	readonly quantity?: readonly string[];
	/** The date that "last month" is about. */
	readonly date?: readonly string[];
	/** The contact that records are of. */
	readonly party?: readonly string[];
	/** Said of counts and sums where the question names no state. */
	readonly anyState?: string;
	/** The product of the lines of a document, as a path. */
	readonly product?: string;
	/** Words for fields besides their labels. */
	readonly fields: Readonly<Record<string, readonly string[]>>;
	/** Words for states besides the labels of selections. */
	readonly states: Readonly<Record<string, StateWords>>;
	/** Many2one fields that a name may be of, besides the party, the likeliest first. */
	readonly names?: readonly string[];
	/** Fields by which a record of the model itself is called. */
	readonly ownNames?: readonly string[];
}

/** The same state under several words, parted by `|`. */
function states(words: Readonly<Record<string, ConditionFor | StateWords>>): Record<string, StateWords> {
	return Object.fromEntries(
		Object.entries(words).flatMap(([names, state]) =>
			names
				.split('|')
				.map((name): [string, StateWords] => [
					name,
					typeof state === 'function' ? { condition: state } : state,
				]),
		),
	);
}

function fields(words: Readonly<Record<string, readonly string[]>>): Record<string, readonly string[]> {
	return Object.fromEntries(
		Object.entries(words).flatMap(([names, candidates]) =>
			names.split('|').map((name): [string, readonly string[]] => [name, candidates]),
		),
	);
}

const archived = { 'archived|inactive': compare('active', '=', false) };

/** Posted, and not or not wholly paid. */
export const unpaid = both(isIn('state', 'posted'), isIn('payment_state', 'not_paid', 'partial'));

const amountDue = 'amount_residual';

const inStock = compare('qty_available', '>', 0);

const isStored = firstOf(compare('is_storable', '=', true), isIn('type', 'product'), isIn('detailed_type', 'product'));

const PARTY =
	'customer|client|buyer|vendor|supplier|partner|contact|customer name|client name|vendor name|partner name|contact name';

const SELLER = 'salesperson|salespeople|sales rep|sales representative|seller|salesman';

const product: ModelWords = {
	app: 'Sales or Inventory',
	show: ['display_name', 'list_price', 'qty_available', 'categ_id'],
	amount: ['list_price'],
	quantity: ['qty_available'],
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

/** The words for models; whatever is not here is understood by its labels alone. */
export const MODEL_WORDS: ReadonlyMap<string, ModelWords> = new Map(
	Object.entries<ModelWords>({
		'res.partner': {
			app: 'Contacts',
			show: ['display_name', 'email', 'phone', 'city', 'country_id'],
			date: ['create_date'],
			party: ['parent_id'],
			names: ['country_id', 'state_id', 'category_id', 'user_id'],
			ownNames: ['name'],
			fields: fields({
				'email|e mail|mail|email address|e mail address|mail address': ['email'],
				'phone|phone number|telephone|telephone number': ['phone'],
				'mobile|mobile number|mobile phone': ['mobile'],
				'owe|owe us|owing|owed|owes': ['credit'],
				'balance|receivable|total receivable': ['credit'],
				'address|street': ['street'],
				'zip|zip code|postal code|postcode': ['zip'],
				'vat|vat number|tax number|tax id': ['vat'],
				'tag|tagged|tagged with|tagged as|category': ['category_id'],
				'job|job position|position': ['function'],
				'website|web site|homepage': ['website'],
				country: ['country_id'],
				'city|town': ['city'],
				'company|parent company': ['parent_id'],
				[SELLER]: ['user_id'],
			}),
			states: states({
				'owe us money|owe money|owe us anything|owe us something|in debt': compare('credit', '>', 0),
				...archived,
			}),
		},
		'sale.order': {
			app: 'Sales',
			anyState: 'Quotations and canceled ones are counted in.',
			show: ['name', 'partner_id', 'date_order', 'amount_total', 'state'],
			amount: ['amount_total'],
			date: ['date_order'],
			party: ['partner_id'],
			product: 'order_line.product_id',
			names: ['user_id', 'team_id'],
			ownNames: ['name', 'client_order_ref'],
			fields: fields({
				'value|amount|total|total amount|revenue|order value|worth': ['amount_total'],
				'number|reference|order number': ['name'],
				'ordered|placed|order date': ['date_order'],
				'expire|expiring|expiration': ['validity_date'],
				status: ['state'],
				team: ['team_id'],
				'tagged|tagged with|tag': ['tag_ids'],
				[PARTY]: ['partner_id'],
				[SELLER]: ['user_id'],
			}),
			states: states({
				confirmed: isIn('state', 'sale', 'done'),
				draft: isIn('state', 'draft'),
				sent: isIn('state', 'sent'),
				'canceled|cancelled': isIn('state', 'cancel'),
				locked: firstOf(compare('locked', '=', true), isIn('state', 'done')),
				'open|pending': isIn('state', 'draft', 'sent'),
				'to invoice|uninvoiced|to be invoiced': isIn('invoice_status', 'to invoice'),
				'invoiced|fully invoiced': isIn('invoice_status', 'invoiced'),
			}),
		},
		'sale.order.line': {
			app: 'Sales',
			show: ['display_name', 'order_id', 'product_id', 'product_uom_qty', 'price_subtotal'],
			amount: ['price_subtotal'],
			quantity: ['product_uom_qty'],
			date: ['create_date'],
			party: ['order_partner_id'],
			names: ['product_id'],
			ownNames: ['name'],
			fields: fields({
				'quantity|ordered quantity|unit': ['product_uom_qty'],
				'revenue|amount|subtotal|value': ['price_subtotal'],
				[PARTY]: ['order_partner_id'],
				[SELLER]: ['salesman_id'],
			}),
			states: states({ confirmed: isIn('state', 'sale', 'done') }),
		},
		'account.move': {
			app: 'Invoicing',
			anyState: 'Drafts and canceled ones are counted in.',
			show: [
				'name',
				'partner_id',
				'invoice_date',
				'invoice_date_due',
				'amount_total',
				amountDue,
				'payment_state',
			],
			amount: ['amount_total'],
			date: ['invoice_date', 'date'],
			party: ['partner_id'],
			product: 'invoice_line_ids.product_id',
			names: ['invoice_user_id', 'journal_id'],
			ownNames: ['name', 'ref', 'payment_reference'],
			fields: fields({
				'value|amount|total|total amount|worth': ['amount_total'],
				'amount due|due amount|residual|balance|outstanding amount|amount outstanding|open amount': [amountDue],
				'due|due date|falling due': ['invoice_date_due'],
				'number|invoice number': ['name'],
				'issued|dated|invoiced|invoice date': ['invoice_date'],
				'payment status': ['payment_state'],
				status: ['state'],
				[PARTY]: ['partner_id'],
				[SELLER]: ['invoice_user_id'],
			}),
			states: states({
				draft: isIn('state', 'draft'),
				'posted|validated|confirmed': isIn('state', 'posted'),
				'canceled|cancelled': isIn('state', 'cancel'),
				'outstanding|unpaid|open|not paid|not yet paid|unsettled': { condition: unpaid, amount: amountDue },
				'overdue|past due|late': { condition: both(unpaid, before('invoice_date_due')), amount: amountDue },
				'paid|settled|fully paid': both(isIn('state', 'posted'), isIn('payment_state', 'in_payment', 'paid')),
				'partially paid|partly paid|part paid': {
					condition: both(isIn('state', 'posted'), isIn('payment_state', 'partial')),
					amount: amountDue,
				},
			}),
		},
		'account.payment': {
			app: 'Invoicing',
			anyState: 'Drafts and canceled ones are counted in.',
			show: ['name', 'partner_id', 'date', 'amount', 'state'],
			amount: ['amount'],
			date: ['date'],
			party: ['partner_id'],
			names: ['journal_id'],
			ownNames: ['name'],
			fields: fields({
				'value|total|total amount': ['amount'],
				'made|received on|paid on': ['date'],
				[PARTY]: ['partner_id'],
			}),
			states: states({
				'incoming|received|customer': isIn('payment_type', 'inbound'),
				'outgoing|vendor|supplier|sent': isIn('payment_type', 'outbound'),
				'canceled|cancelled': isIn('state', 'cancel', 'canceled'),
			}),
		},
		'product.product': product,
		'product.template': product,
		'crm.lead': {
			app: 'CRM',
			show: ['name', 'partner_id', 'stage_id', 'expected_revenue', 'probability', 'user_id'],
			amount: ['expected_revenue'],
			date: ['create_date'],
			party: ['partner_id'],
			names: ['stage_id', 'user_id', 'team_id', 'tag_ids', 'country_id'],
			ownNames: ['name'],
			fields: fields({
				'revenue|value|amount|worth|expected revenue': ['expected_revenue'],
				'closing|close|expected closing|expected to close|due to close|deadline': ['date_deadline'],
				'tagged|tagged with|tag': ['tag_ids'],
				'stage|status': ['stage_id'],
				email: ['email_from'],
				[PARTY]: ['partner_id'],
				[SELLER]: ['user_id'],
			}),
			states: states({
				won: compare('stage_id.is_won', '=', true),
				lost: both(compare('active', '=', false), compare('probability', '=', 0)),
				'open|active': compare('stage_id.is_won', '=', false),
				archived: compare('active', '=', false),
			}),
		},
		'purchase.order': {
			app: 'Purchase',
			anyState: 'Drafts and canceled ones are counted in.',
			show: ['name', 'partner_id', 'date_order', 'amount_total', 'state'],
			amount: ['amount_total'],
			date: ['date_approve', 'date_order'],
			party: ['partner_id'],
			product: 'order_line.product_id',
			names: ['user_id'],
			ownNames: ['name', 'partner_ref'],
			fields: fields({
				'value|amount|total|total amount': ['amount_total'],
				[PARTY]: ['partner_id'],
				buyer: ['user_id'],
			}),
			states: states({
				confirmed: isIn('state', 'purchase', 'done'),
				draft: isIn('state', 'draft'),
				'canceled|cancelled': isIn('state', 'cancel'),
				'open|pending': isIn('state', 'draft', 'sent', 'to approve'),
			}),
		},
		'project.task': {
			app: 'Project',
			show: ['name', 'project_id', 'stage_id', 'user_ids', 'user_id', 'date_deadline'],
			date: ['create_date'],
			party: ['partner_id'],
			names: ['project_id', 'stage_id', 'user_ids', 'user_id', 'tag_ids'],
			ownNames: ['name'],
			fields: fields({
				'due|due date|deadline': ['date_deadline'],
				project: ['project_id'],
				'assignee|assigned': ['user_ids', 'user_id'],
				stage: ['stage_id'],
			}),
			states: states({
				'open|unfinished': firstOf(
					({ fields: own }) =>
						own.get('state')?.selection.some(([key]) => key === '1_done')
							? [['state', 'not in', ['1_done', '1_canceled']]]
							: null,
					compare('stage_id.fold', '=', false),
				),
				'done|closed|finished|completed': firstOf(isIn('state', '1_done'), compare('stage_id.fold', '=', true)),
				'overdue|late': before('date_deadline'),
				...archived,
			}),
		},
		'hr.employee': {
			app: 'Employees',
			show: ['name', 'job_title', 'department_id', 'work_email', 'work_phone'],
			date: ['create_date'],
			names: ['department_id', 'job_id', 'parent_id'],
			ownNames: ['name'],
			fields: fields({
				email: ['work_email'],
				'phone|phone number': ['work_phone'],
				manager: ['parent_id'],
				department: ['department_id'],
				'job|position|job position': ['job_id'],
			}),
			states: states(archived),
		},
		'stock.picking': {
			app: 'Inventory',
			show: ['name', 'partner_id', 'scheduled_date', 'origin', 'state'],
			date: ['scheduled_date'],
			party: ['partner_id'],
			names: ['picking_type_id'],
			ownNames: ['name', 'origin'],
			fields: fields({ 'scheduled|planned': ['scheduled_date'], [PARTY]: ['partner_id'] }),
			states: states({
				'open|pending|unfinished': isIn('state', 'draft', 'waiting', 'confirmed', 'assigned'),
				'late|overdue': both(isIn('state', 'waiting', 'confirmed', 'assigned'), ({ fields: own }, now) =>
					own.has('scheduled_date') ? [['scheduled_date', '<', `${isoDay(now)} 00:00:00`]] : null,
				),
				'canceled|cancelled': isIn('state', 'cancel'),
			}),
		},
	}),
);
