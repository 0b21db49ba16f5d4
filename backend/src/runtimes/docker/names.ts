import type { DeploymentId, EnvironmentId } from '../../core/ids';
import type { Placement, RuntimeSite } from '../runtime';

/** The labels of all that this runtime makes on a server. */
export const LABEL = {
	/** Which installation of the platform made it. What has another's is left alone. */
	installation: 'io.odoo-platform.installation',
	environment: 'io.odoo-platform.environment',
	/** See {@link Role}. */
	role: 'io.odoo-platform.role',
	/** What it was made of: one that is made of something else takes its place. */
	made_of: 'io.odoo-platform.made-of',
	/** The deployment that it was made for. */
	deployment: 'io.odoo-platform.deployment',
} as const;

/** What a container is for: the database, Odoo, a program that ends by itself, or the server's ingress. */
export type Role = 'db' | 'web' | 'job' | 'ingress';

/** Names of hosts have no capitals and no underscores, and 63 characters at most. */
const inHostName = (id: string) => id.toLowerCase().replace('_', '-');
/** The last characters of an id are random. */
const shortened = (id: string) => id.slice(-12).toLowerCase();

/** How everything of an environment is called on its server. */
export const namesOf = (id: EnvironmentId) => {
	const base = `oec-${inHostName(id)}`;
	return {
		network: base,
		/** The network of an update that is tried on a copy. */
		rehearsal: `${base}-rehearsal`,
		database: `${base}-db`,
		databaseVolume: `${base}-db`,
		dataVolume: `${base}-data`,
		web: (deployment: DeploymentId) => `${base}-web-${shortened(deployment)}`,
		job: `${base}-job`,
		/** A container that files of the environment go through. */
		carrier: `${base}-carrier`,
		/** The Python packages of releases, by what those ask for. */
		pythonVolume: (hash: string) => `${base}-python-${hash}`,
		releaseVolume: (deployment: DeploymentId) => `${base}-release-${shortened(deployment)}`,
	};
};

/** How the ingress of an installation is called on a server. */
export const ingressNames = (installation: string) => {
	const base = `oec-ingress-${inHostName(installation)}`;
	return { container: base, network: base, dataVolume: `${base}-data`, configVolume: `${base}-config` };
};

const MOST_OF_A_NAME = 40;

/** The name of a database, which Odoo shows to its clients: the first label of the host, e.g. `staging_x7k2p9`. */
export const databaseNameOf = ({ url }: Placement) =>
	(new URL(url).hostname.split('.')[0] ?? '').slice(0, MOST_OF_A_NAME).replaceAll('-', '_');

/** The copy of a database that an update is tried on. */
export const rehearsalOf = (database: string) => `${database}__rehearsal`;

/** The role that owns such a database until it is ready. */
export const loaderOf = (database: string) => `${database}__loader`;

/** A database that is to take the place of another one. */
export const incomingOf = (database: string) => `${database}__incoming`;

/** The copy of a database from before what a deployment, or a restore of that id, does to it. */
export const copyOf = (database: string, change: string) => `${database}__pre_${shortened(change)}`;

/** @throws where the site runs on no server: a mistake of ours */
export function placementOf({ id, placement }: RuntimeSite): Placement {
	if (placement === null) throw new Error(`the environment ${id} runs on no server`);
	return placement;
}
