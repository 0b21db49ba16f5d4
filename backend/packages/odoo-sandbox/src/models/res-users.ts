import { validationError } from '../errors';
import { boolean, char, many2many, many2one } from '../fields';
import { onModel } from '../method';
import type { ModelDeclaration } from '../model';

export const resUsers: ModelDeclaration = {
	name: 'res.users',
	description: 'User',
	order: 'name, login',
	nameSearch: ['name', 'login'],
	inherits: { model: 'res.partner', field: 'partner_id' },
	fields: {
		partner_id: many2one('res.partner', 'Related Partner', { required: true, copy: false }),
		login: char('Login', { required: true, copy: false }),
		active: boolean('Active', { default: () => true }),
		company_id: many2one('res.company', 'Company', { required: true, default: () => 1 }),
		company_ids: many2many('res.company', 'Companies', { default: () => [1] }),
		share: boolean('Share User', { compute: () => false, store: true }),
	},
	displayName: (user) => user.text('name'),
	methods: {
		context_get: onModel({}, (env) => ({ lang: 'en_US', tz: 'UTC', uid: env.uid })),
	},
	check: (env, users) => {
		const logins = [...env.draft.rows('res.users').values()].map((row) => row.login);
		if (users.some((user) => logins.filter((login) => login === user.text('login')).length > 1)) {
			throw validationError('The operation cannot be completed: You can not have two users with the same login!');
		}
	},
};
