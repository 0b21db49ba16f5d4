import { validationError } from '../errors';
import { boolean, char, float, integer, many2one, selection } from '../fields';
import type { ModelDeclaration } from '../model';

export const resCountry: ModelDeclaration = {
	name: 'res.country',
	description: 'Country',
	order: 'name, id',
	nameSearch: ['name', 'code'],
	fields: {
		name: char('Country Name', { required: true }),
		code: char('Country Code', { required: true }),
		phone_code: integer('Country Calling Code', { aggregator: null }),
		currency_id: many2one('res.currency', 'Currency'),
	},
	check: (env, countries) => {
		const others = [...env.draft.rows('res.country').values()];
		for (const country of countries) {
			for (const name of ['name', 'code']) {
				if (others.some((other) => other.id !== country.id && other[name] === country.text(name))) {
					throw validationError(
						`The operation cannot be completed: The ${name} of the country must be unique!`,
					);
				}
			}
		}
	},
};

export const resCurrency: ModelDeclaration = {
	name: 'res.currency',
	description: 'Currency',
	order: 'active desc, name',
	nameSearch: ['name', 'full_name'],
	fields: {
		name: char('Currency', { required: true }),
		full_name: char('Name'),
		symbol: char('Symbol', { required: true }),
		active: boolean('Active', { default: () => true }),
		decimal_places: integer('Decimal Places', { default: () => 2, aggregator: null }),
		rate: float('Current Rate', { default: () => 1, aggregator: null }),
		position: selection(
			'Symbol Position',
			[
				['after', 'After Amount'],
				['before', 'Before Amount'],
			],
			{ default: () => 'after' },
		),
	},
};
