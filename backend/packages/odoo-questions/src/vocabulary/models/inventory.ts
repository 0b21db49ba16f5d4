import { isoDay } from '../../dates/calendar';
import { both, isIn } from '../conditions';
import { fields, type ModelWords, PARTY, states } from './words';

/** `stock.picking` */
export const transfer: ModelWords = {
	app: 'Inventory',
	show: ['name', 'partner_id', 'scheduled_date', 'origin', 'state'],
	date: ['scheduled_date'],
	party: ['partner_id'],
	names: ['picking_type_id'],
	ownNames: ['name', 'origin'],
	fields: fields({ 'scheduled|planned': ['scheduled_date'], [PARTY]: ['partner_id'] }),
	states: states({
		'open|pending|unfinished': isIn('state', 'draft', 'waiting', 'confirmed', 'assigned'),
		'late|overdue': {
			condition: both(isIn('state', 'waiting', 'confirmed', 'assigned'), ({ fields: own }, now) =>
				own.has('scheduled_date') ? [['scheduled_date', '<', `${isoDay(now)} 00:00:00`]] : null,
			),
			since: 'scheduled_date',
		},
		'canceled|cancelled': isIn('state', 'cancel'),
	}),
};
