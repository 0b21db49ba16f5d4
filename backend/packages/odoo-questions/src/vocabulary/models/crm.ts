import { both, compare } from '../conditions';
import { fields, type ModelWords, PARTY, SELLER, states } from './words';

/** `crm.lead` */
export const lead: ModelWords = {
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
};
