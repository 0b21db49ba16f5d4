import { boolean, char, selection } from '../fields';
import type { ModelDeclaration } from '../model';

export const irModel: ModelDeclaration = {
	name: 'ir.model',
	description: 'Models',
	order: 'model',
	nameSearch: ['name', 'model'],
	readonly: true,
	fields: {
		name: char('Model Description', { required: true }),
		model: char('Model', { required: true }),
		state: selection('Type', [['base', 'Base Object']], { default: () => 'base' }),
		transient: boolean('Transient Model'),
	},
};
