import { SnapshotError, type SnapshotOrigin } from '../../snapshot';
import type { AddonContent } from '../model';
import type { UpdatePlan } from '../releases/plan';

/**
 * Compares what a snapshot was made with and the release that is to serve it.
 * @returns which of its modules the release has another content of, and must update
 * @throws SnapshotError where the release lacks a module, or has an older one: an update by older code drops what it does
 * not know
 */
export function planFor(
	{ modules, addons }: Pick<SnapshotOrigin, 'modules' | 'addons'>,
	{
		release,
		known,
	}: {
		/** The add-ons of the release. */
		readonly release: readonly AddonContent[];
		/** All modules that the environment's own database knows. */
		readonly known: ReadonlySet<string>;
	},
): UpdatePlan {
	const theirs = new Map(addons.map((addon) => [addon.name, addon]));
	const mine = new Map(release.map((addon) => [addon.name, addon]));
	const names = Object.keys(modules);
	const missing = names.filter((name) => !mine.has(name) && (theirs.has(name) || !known.has(name)));
	const older = release.filter(({ name, version }) => {
		const installed = modules[name];
		return installed !== undefined && compareVersions(version, installed) < 0;
	});
	const reasons = [
		...(missing.length === 0 ? [] : [`it has modules that are not there: ${missing.sort().join(', ')}`]),
		...older.map(({ name, version }) => `it has ${name} ${modules[name]}, the environment has ${version}`),
	];
	if (reasons.length > 0) {
		throw new SnapshotError(
			`The data does not fit the environment's add-ons: ${reasons.join('; ')}. Deploy the commit with which the data ` +
				'was made, or a later one, first.',
		);
	}
	const update = release.filter(({ name, content }) => name in modules && theirs.get(name)?.content !== content);
	return { install: [], update: update.map(({ name }) => name) };
}

/** Compares versions of modules, of which the shorter lack the series: `1.2` is `19.0.1.2` to Odoo 19. */
export function compareVersions(one: string, other: string): number {
	const [left, right] = [numbersIn(one), numbersIn(other)];
	const length = Math.min(left.length, right.length);
	const [ends, others] = [left.slice(-length), right.slice(-length)];
	for (const [index, number] of ends.entries()) {
		const difference = number - (others[index] ?? 0);
		if (difference !== 0) return difference;
	}
	return 0;
}

const numbersIn = (version: string) => version.split('.').map((part) => Number.parseInt(part, 10) || 0);
