import { Draft } from '../draft';
import type { Change } from '../journal';
import type { Registry, Vals } from '../model';
import { BUILT_IN_MODULES } from '../models/ir-module';
import { Env } from '../orm';
import { World } from '../world';
import { createRecords } from '../write';
import { seedAccounting } from './accounting';
import { seedCompany } from './company';
import { seedCrm } from './crm';
import { seedPartners } from './partners';
import { seedProducts } from './products';
import { seedSales } from './sales';

/** Makes a record and gives its id. */
export type Create = (model: string, vals: Vals) => number;

/** The records a new sandbox starts with; their dates are around `now`. */
export function seedChanges(
	registry: Registry,
	now: Date,
	site: { readonly login: string; readonly odoo_version: string },
): Change[] {
	const draft = new Draft(World.empty);
	const env = new Env(registry, draft, now);
	const create: Create = (model, vals) => createRecords(env, env.model(model), [vals])[0] ?? 0;

	for (const { name, description } of registry.models.values()) {
		// The list of models may only be read, so its rows are put in place.
		const id = draft.nextId('ir.model');
		draft.put('ir.model', { id, name: description, model: name, state: 'base', transient: false });
	}
	for (const [name, shortdesc, application] of BUILT_IN_MODULES) {
		const version = `${site.odoo_version}.1.0`;
		create('ir.module.module', {
			name,
			shortdesc,
			application,
			summary: 'Part of the sandbox',
			latest_version: version,
			installed_version: version,
			state: 'installed',
		});
	}
	seedCompany(create, site.login);
	const partners = seedPartners(create);
	const products = seedProducts(create);
	const orders = seedSales(env, create, partners, products);
	seedAccounting(env, create, partners, products, orders);
	seedCrm(env, create, partners);
	return draft.changes;
}
