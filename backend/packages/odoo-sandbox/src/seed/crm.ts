import type { Create } from '.';
import { formatDate } from '../convert';
import type { Env } from '../orm';
import type { Partners } from './partners';

const STAGES = [
	['New', 1, false],
	['Qualified', 2, false],
	['Proposition', 3, false],
	['Won', 70, true],
] as const;

/** Name, customer, stage, expected revenue, probability, days until closing. */
const LEADS = [
	['New showroom', 'Alder & Finch Furniture', 3, 18_500, 60, 14],
	['Canteen tables', 'Brightwater Foods', 2, 7200, 35, 30],
	['Lab benches', 'Copperfield Robotics', 3, 42_000, 70, 21],
	['Waiting rooms in four clinics', 'Larkspur Clinics', 2, 15_800, 40, 45],
	['Workshop shelving', 'Northgate Cycles', 1, 3400, 15, 60],
	['Classroom chairs', 'Quarry Lane School', 4, 9900, 100, -5],
	['Chart table', 'Tidewater Marine Supply', 1, 2600, 10, 40],
] as const;

/** A pipeline, and a lead of somebody who is no customer yet. */
export function seedCrm(env: Env, create: Create, partners: Partners): void {
	for (const [name, sequence, is_won] of STAGES) create('crm.stage', { name, sequence, is_won });
	for (const [name, customer, stage_id, expected_revenue, probability, days] of LEADS) {
		create('crm.lead', {
			name,
			partner_id: partners.get(customer),
			stage_id,
			expected_revenue,
			probability,
			priority: expected_revenue > 15_000 ? '2' : '0',
			date_deadline: formatDate(new Date(env.now.getTime() + days * 86_400_000)),
			date_closed: stage_id === 4 ? env.timestamp : false,
			user_id: 3,
		});
	}
	create('crm.lead', {
		name: 'Request from the website',
		type: 'lead',
		contact_name: 'Ines Carvalho',
		partner_name: 'Carvalho Studio',
		email_from: 'ines.carvalho@example.com',
		phone: '+1 555-0190',
		description: '<p>Please send your catalog.</p>',
	});
}
