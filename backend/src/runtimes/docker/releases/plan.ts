import type { Addon } from '../../runtime';
import type { AddonContent } from '../model';

/** What a release makes of the modules that a database has. */
export interface UpdatePlan {
	readonly install: readonly string[];
	readonly update: readonly string[];
}

/** Why a release cannot serve a database; sentences for its owner. */
export class RefusedPlan {
	constructor(readonly reasons: readonly string[]) {}
}

/**
 * Compares a release with a database and with the release that serves it. Content decides, not versions: who changed a
 * file and forgot the version is served all the same.
 */
export function planUpdate({
	addons,
	contents,
	serving,
	wanted,
	modules,
}: {
	addons: readonly Addon[];
	/** The same add-ons, by their content. */
	contents: readonly AddonContent[];
	/** The add-ons of the release that serves. */
	serving: readonly AddonContent[];
	/** The modules that the environment wishes for; null: every add-on. */
	wanted: readonly string[] | null;
	/** All modules that the database knows, and whether each is installed. */
	modules: ReadonlyMap<string, boolean>;
}): UpdatePlan | RefusedPlan {
	const mine = new Map(addons.map((addon) => [addon.name, addon]));
	const before = new Map(serving.map(({ name, content }) => [name, content]));
	const isInstalled = (name: string) => modules.get(name) === true;
	/** Odoo's own: what the database knows and no release has brought. */
	const isOdoos = (name: string) => modules.has(name) && !before.has(name);

	const gone = serving.map(({ name }) => name).filter((name) => isInstalled(name) && !mine.has(name));
	const install = (wanted ?? addons.filter(({ installable }) => installable).map(({ name }) => name)).filter(
		(name) => !isInstalled(name),
	);
	const update = contents
		.filter(({ name, content }) => isInstalled(name) && before.get(name) !== content)
		.map(({ name }) => name);
	const unknown = install.filter((name) => !mine.has(name) && !isOdoos(name));
	const missing = addons.flatMap(({ name, depends }) =>
		isInstalled(name) || install.includes(name)
			? depends
					.filter((other) => !mine.has(other) && !isOdoos(other))
					.map((other) => `The add-on ${name} depends on ${other}, which neither Odoo nor the commit has.`)
			: [],
	);
	const reasons = [
		...gone.map((name) => `The add-on ${name} is installed, and the commit has it no more. Uninstall it first.`),
		...unknown.map((name) => `The module ${name} is to be installed, and neither Odoo nor the commit has it.`),
		...missing,
	];
	return reasons.length > 0 ? new RefusedPlan(reasons) : { install, update };
}
