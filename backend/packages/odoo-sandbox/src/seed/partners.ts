import type { Create } from '.';

const COMPANIES = [
	['Alder & Finch Furniture', 'Seattle', 8, ['VIP', 'Retail'], ['Priya Raman', 'Lucas Moreau'], true],
	['Brightwater Foods', 'Vancouver', 2, ['Wholesale'], ['Helen Okafor'], true],
	['Copperfield Robotics', 'Munich', 4, ['VIP', 'Manufacturing'], ['Jonas Weber', 'Ana Ruiz'], true],
	['Larkspur Clinics', 'London', 7, ['Services'], ['Grace Lindqvist'], true],
	['Marlow Print Works', 'Bristol', 7, ['Retail'], ['Theo Barnes'], true],
	['Northgate Cycles', 'Utrecht', 5, ['Retail'], ['Sanne de Wit'], true],
	['Quarry Lane School', 'Portland', 8, ['Services'], ['Miguel Santos'], true],
	['Saffron & Sons', 'Bangkok', 6, ['Wholesale'], ['Ploy Chaiyaporn'], true],
	['Tidewater Marine Supply', 'Boston', 8, ['VIP', 'Wholesale'], ['Ruth Calloway', 'Ken Ito'], true],
	['Juniper Lane Bakery', 'Lyon', 3, ['Retail'], [], true],
	['Kestrel Components', 'Ghent', 1, ['Manufacturing'], ['Bram Claes'], false],
	['Willow Creek Timber', 'Salem', 8, ['Manufacturing'], ['Nora Jensen'], false],
] as const;

const PERSONS = [
	['Amelia Hart', 'Portland', 8],
	['Viktor Lang', 'Berlin', 4],
	['Chloe Dubois', 'Paris', 3],
] as const;

/** The partners a seed goes on with, by name. */
export type Partners = ReadonlyMap<string, number>;

/** Customers and vendors with their contacts; all addresses are example.com's. */
export function seedPartners(create: Create): Partners {
	const partners = new Map<string, number>();
	const tags = new Map<string, number>();
	const tag = (name: string): number => {
		const id = tags.get(name) ?? create('res.partner.category', { name, color: tags.size + 1 });
		tags.set(name, id);
		return id;
	};
	let line = 110;
	const phone = () => `+1 555-0${line++}`;
	for (const [name, city, country_id, tagNames, contacts, isCustomer] of COMPANIES) {
		const id = create('res.partner', {
			name,
			is_company: true,
			email: mail(name),
			phone: phone(),
			website: 'https://www.example.com',
			street: `${line} Market Street`,
			city,
			country_id,
			category_id: tagNames.map(tag),
			ref: `C${String(partners.size + 1).padStart(4, '0')}`,
			user_id: 3 + (partners.size % 2),
			customer_rank: isCustomer ? 1 : 0,
			supplier_rank: isCustomer ? 0 : 1,
		});
		partners.set(name, id);
		for (const contact of contacts) {
			const contactId = create('res.partner', {
				name: contact,
				parent_id: id,
				email: mail(contact),
				phone: phone(),
				function: 'Buyer',
				city,
				country_id,
			});
			partners.set(contact, contactId);
		}
	}
	create('res.partner', {
		name: 'Warehouse',
		type: 'delivery',
		parent_id: partners.get('Tidewater Marine Supply'),
		street: '7 Dock Road',
		city: 'Boston',
		country_id: 8,
	});
	for (const [name, city, country_id] of PERSONS) {
		partners.set(
			name,
			create('res.partner', { name, email: mail(name), phone: phone(), city, country_id, customer_rank: 1 }),
		);
	}
	create('res.partner', {
		name: 'Old Mill Outfitters',
		is_company: true,
		active: false,
		city: 'Salem',
		country_id: 8,
	});
	return partners;
}

const mail = (name: string) => `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@example.com`;
