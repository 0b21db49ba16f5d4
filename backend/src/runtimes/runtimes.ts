import type { EnvironmentId } from '../core/ids';
import { RUNTIMES } from './registry';
import type { FoundSite, Runtime, RuntimeDefinition, RuntimeMount, RuntimeParts, RuntimeUpkeep } from './runtime';

/** How an environment's Odoo is run. */
export type RuntimeKind = keyof typeof RUNTIMES;

const definitions: Readonly<Record<RuntimeKind, RuntimeDefinition>> = RUNTIMES;

const isKind = (name: string): name is RuntimeKind => Object.hasOwn(definitions, name);

/** Every kind there is. */
export const RUNTIME_KINDS = Object.keys(definitions).filter(isKind);

/** Whether environments of that kind run on servers. */
export const isPlaced = (kind: RuntimeKind): boolean => definitions[kind].placed === true;

/** What each kind is, for the reference. */
export const RUNTIME_DESCRIPTION = RUNTIME_KINDS.map((kind) => `\`${kind}\`: ${definitions[kind].description}`).join(
	'; ',
);

/** The runtimes of one service. */
export interface Runtimes {
	/** @throws where it has none of that kind: the environment was made by a release that had. */
	of(kind: RuntimeKind): Runtime;
	/** What they have the service answer. */
	readonly mounts: readonly RuntimeMount[];
	/** How those keep their servers in order that have some. */
	readonly upkeep: readonly RuntimeUpkeep[];
}

/** Makes each runtime; each is told of its own environments alone. */
export function createRuntimes({
	findSite,
	...parts
}: Omit<RuntimeParts, 'findSite'> & {
	readonly findSite: (kind: RuntimeKind, id: EnvironmentId) => Promise<FoundSite | null>;
}): Runtimes {
	const runtimes = new Map(
		RUNTIME_KINDS.map((kind) => [
			kind,
			definitions[kind].create({ ...parts, findSite: (id) => findSite(kind, id) }),
		]),
	);
	return {
		of(kind) {
			const runtime = runtimes.get(kind);
			if (runtime === undefined) throw new Error(`There is no runtime ${kind} in this release of the service.`);
			return runtime;
		},
		mounts: [...runtimes.values()].flatMap(({ mount }) => mount ?? []),
		upkeep: [...runtimes.values()].flatMap(({ upkeep }) => upkeep ?? []),
	};
}
