import {
	boolean,
	char,
	date,
	datetime,
	float,
	html,
	integer,
	many2many,
	many2one,
	monetary,
	related,
	selection,
} from '../fields';
import { onRecords } from '../method';
import type { ModelDeclaration } from '../model';
import { writeRecords } from '../write';
import { CHATTER } from './mail-message';

export const crmTeam: ModelDeclaration = {
	name: 'crm.team',
	description: 'Sales Team',
	order: 'sequence, id',
	fields: {
		name: char('Sales Team', { required: true }),
		sequence: integer('Sequence', { default: () => 10, aggregator: null }),
		active: boolean('Active', { default: () => true }),
		user_id: many2one('res.users', 'Team Leader'),
		company_id: many2one('res.company', 'Company'),
	},
};

export const crmTag: ModelDeclaration = {
	name: 'crm.tag',
	description: 'CRM Tag',
	order: 'name, id',
	fields: { name: char('Tag Name', { required: true }), color: integer('Color', { aggregator: null }) },
};

export const crmStage: ModelDeclaration = {
	name: 'crm.stage',
	description: 'CRM Stages',
	order: 'sequence, name, id',
	fields: {
		name: char('Stage Name', { required: true }),
		sequence: integer('Sequence', { default: () => 1, aggregator: null }),
		is_won: boolean('Is Won Stage?'),
		fold: boolean('Folded in Pipeline'),
	},
};

const WON = { probability: 100, active: true } as const;

export const crmLead: ModelDeclaration = {
	name: 'crm.lead',
	description: 'Lead',
	order: 'priority desc, id desc',
	nameSearch: ['name'],
	fields: {
		name: char('Opportunity', { required: true }),
		type: selection(
			'Type',
			[
				['lead', 'Lead'],
				['opportunity', 'Opportunity'],
			],
			{ required: true, default: () => 'opportunity' },
		),
		active: boolean('Active', { default: () => true }),
		partner_id: many2one('res.partner', 'Customer'),
		partner_name: char('Company Name'),
		contact_name: char('Contact Name'),
		email_from: char('Email'),
		phone: char('Phone'),
		country_id: many2one('res.country', 'Country'),
		description: html('Notes'),
		priority: selection(
			'Priority',
			[
				['0', 'Low'],
				['1', 'Medium'],
				['2', 'High'],
				['3', 'Very High'],
			],
			{ default: () => '0' },
		),
		stage_id: many2one('crm.stage', 'Stage', { default: () => 1, ondelete: 'restrict' }),
		user_id: many2one('res.users', 'Salesperson', { default: (env) => env.uid }),
		team_id: many2one('crm.team', 'Sales Team', { default: () => 1 }),
		tag_ids: many2many('crm.tag', 'Tags'),
		company_id: many2one('res.company', 'Company', { default: () => 1 }),
		company_currency: related('company_id.currency_id', many2one('res.currency', 'Currency')),
		expected_revenue: monetary('Expected Revenue'),
		probability: float('Probability', { default: () => 10, aggregator: 'avg' }),
		prorated_revenue: monetary('Prorated Revenue', {
			compute: (lead) => (lead.number('expected_revenue') * lead.number('probability')) / 100,
			store: true,
		}),
		date_deadline: date('Expected Closing'),
		date_open: datetime('Assignment Date', { default: (env) => env.timestamp }),
		date_closed: datetime('Closed Date', { copy: false }),
	},
	/** What the lead does not say of its customer is taken from there. */
	complete: (env, vals) => {
		if (typeof vals.partner_id !== 'number' || !env.draft.get('res.partner', vals.partner_id)) return vals;
		const partner = env.record('res.partner', vals.partner_id);
		return { email_from: partner.value('email'), phone: partner.value('phone'), ...vals };
	},
	methods: {
		action_set_won: onRecords({}, (env, model, ids) => {
			const won = [...env.draft.rows('crm.stage').values()].find((stage) => stage.is_won === true)?.id;
			writeRecords(env, model, ids, { ...WON, stage_id: won ?? false, date_closed: env.timestamp });
			return true;
		}),
		action_set_lost: onRecords({}, (env, model, ids) => {
			writeRecords(env, model, ids, { active: false, probability: 0, date_closed: env.timestamp });
			return true;
		}),
		...CHATTER,
	},
};
