import { isIn } from '../conditions';
import { fields, type ModelWords, PARTY, states } from './words';

/** `purchase.order` */
export const purchaseOrder: ModelWords = {
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
};
