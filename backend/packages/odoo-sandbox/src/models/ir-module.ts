import { boolean, char, selection, text } from '../fields';
import type { ModelDeclaration } from '../model';
import type { Env } from '../orm';
import { createRecords, writeRecords } from '../write';

/** An add-on that a deploy has brought, as its manifest tells. */
export interface InstalledAddon {
	readonly name: string;
	readonly version: string;
	readonly summary: string;
	/** The manifest's `name`; the technical name where it is missing. */
	readonly title?: string;
	readonly author?: string;
	readonly license?: string;
}

export const irModuleModule: ModelDeclaration = {
	name: 'ir.module.module',
	description: 'Module',
	order: 'application desc, name',
	recName: 'shortdesc',
	nameSearch: ['name', 'shortdesc', 'summary'],
	fields: {
		name: char('Technical Name', { required: true, readonly: true }),
		shortdesc: char('Module Name', { readonly: true }),
		summary: char('Summary', { readonly: true }),
		description: text('Description', { readonly: true }),
		author: char('Author', { readonly: true }),
		license: char('License', { readonly: true }),
		application: boolean('Application', { readonly: true }),
		latest_version: char('Installed Version', { readonly: true }),
		installed_version: char('Latest Version', { readonly: true }),
		state: selection(
			'Status',
			[
				['uninstalled', 'Not Installed'],
				['installed', 'Installed'],
			],
			{ readonly: true, default: () => 'uninstalled' },
		),
	},
};

/** The modules that the sandbox itself stands for; deploys leave them alone. */
export const BUILT_IN_MODULES = [
	['base', 'Base', false],
	['contacts', 'Contacts', true],
	['crm', 'CRM', true],
	['sale_management', 'Sales', true],
	['account', 'Invoicing', true],
	['stock', 'Inventory', true],
] as const;

/** Makes the add-ons of the latest deploy the installed ones; those of earlier deploys are no longer. */
export function installAddons(env: Env, addons: readonly InstalledAddon[]): void {
	const model = env.model('ir.module.module');
	const builtIn = new Set<unknown>(BUILT_IN_MODULES.map(([name]) => name));
	const known = new Map([...env.draft.rows(model.name)].map(([id, row]) => [row.name, id]));
	const brought = new Set(addons.map((addon) => addon.name));
	for (const [name, id] of known) {
		if (!builtIn.has(name) && !(typeof name === 'string' && brought.has(name))) {
			writeRecords(env, model, [id], { state: 'uninstalled', latest_version: false });
		}
	}
	for (const addon of addons) {
		const vals = {
			name: addon.name,
			shortdesc: addon.title ?? addon.name,
			summary: addon.summary,
			author: addon.author ?? false,
			license: addon.license ?? false,
			latest_version: addon.version,
			installed_version: addon.version,
			state: 'installed',
		};
		const id = known.get(addon.name);
		if (id) writeRecords(env, model, [id], vals);
		else createRecords(env, model, [vals]);
	}
}
