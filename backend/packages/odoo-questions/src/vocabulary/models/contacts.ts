import { archived, fields, type ModelWords, SELLER, states } from './words';

/** `res.partner` */
export const contact: ModelWords = {
	app: 'Contacts',
	show: ['display_name', 'email', 'phone', 'city', 'country_id'],
	date: ['create_date'],
	party: ['parent_id'],
	names: ['country_id', 'state_id', 'category_id', 'user_id'],
	ownNames: ['name'],
	address: ['street', 'street2', 'zip', 'city', 'state_id', 'country_id'],
	fields: fields({
		'email|e mail|mail|email address|e mail address|mail address': ['email'],
		'phone|phone number|telephone|telephone number': ['phone'],
		'mobile|mobile number|mobile phone': ['mobile'],
		street: ['street'],
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
	states: states(archived),
};
