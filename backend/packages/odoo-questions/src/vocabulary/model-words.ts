import { contact } from './models/contacts';
import { lead } from './models/crm';
import { employee } from './models/employees';
import { transfer } from './models/inventory';
import { move, moveLine, payment } from './models/invoicing';
import { product } from './models/products';
import { task } from './models/project';
import { purchaseLine, purchaseOrder } from './models/purchase';
import { order, orderLine } from './models/sales';
import type { ModelWords } from './models/words';

/** The words for models. Other models are understood by the labels that Odoo gives them and their fields. */
export const MODEL_WORDS: ReadonlyMap<string, ModelWords> = new Map(
	Object.entries<ModelWords>({
		'res.partner': contact,
		'sale.order': order,
		'sale.order.line': orderLine,
		'account.move': move,
		'account.move.line': moveLine,
		'account.payment': payment,
		'product.product': product,
		'product.template': product,
		'crm.lead': lead,
		'purchase.order': purchaseOrder,
		'purchase.order.line': purchaseLine,
		'project.task': task,
		'hr.employee': employee,
		'stock.picking': transfer,
	}),
);
