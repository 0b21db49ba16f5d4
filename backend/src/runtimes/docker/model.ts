import type { Connection } from 'mongoose';
import type { DeploymentId, EnvironmentId, OrganizationId, ServerId } from '../../core/ids';
import { anything, nullable, optional } from '../../database/fields';
import type { Restored } from '../runtime';
import { sealed } from '../../database/reencrypt';
import { tenantCollection } from '../../database/tenant-collection';

/** An add-on that a release has, by its content. */
export interface AddonContent {
	readonly name: string;
	readonly version: string;
	/** A hash of all its files. */
	readonly content: string;
}

/** A release that runs, or could run again. */
export interface DockerRelease {
	readonly deployment_id: DeploymentId;
	readonly git_sha: string;
	readonly addons: readonly AddonContent[];
	/** Which Python packages it has besides those of its image: names a volume; null: none. */
	readonly python: string | null;
	/** 0: one process with threads, which serves WebSockets itself. */
	readonly workers: number;
}

/**
 * An environment on a server. Which release serves is decided by this document alone: containers are made to follow it,
 * so that whoever comes after a crash knows what was meant.
 */
export interface DockerSite {
	readonly _id: EnvironmentId;
	readonly organization_id: OrganizationId;
	readonly server_id: ServerId;
	readonly url: string;
	/** The name of its database. */
	readonly database: string;
	/** Its passwords and keys as JSON, encrypted, bound to its id. */
	readonly secrets: string;
	/** The release that serves; null until the first one does. */
	readonly serving: DockerRelease | null;
	/**
	 * `maintenance`: nobody is served for a moment; `stopped`: until it is started; `removed`: the environment is gone, and
	 * so is soon what it has on its server.
	 */
	readonly traffic: 'open' | 'maintenance' | 'stopped' | 'removed';
	/**
	 * Written before an update begins to touch the database, and taken away in one write with the new `serving`. While it
	 * is there, the database is not to be trusted: it is replaced by its copy, if that was made.
	 */
	readonly update: {
		/** The deployment that it is for, or what the restore is called. */
		readonly deployment_id: string;
		/** Of this very attempt: one that has lost its job to another worker cannot end the update of that one. */
		readonly token: string;
		/** How many rows had been written to the database by then. */
		readonly rows: number;
	} | null;
	/** What a rollback needs: the release before, and the database as it was then, where the update changed it. */
	readonly previous: {
		readonly release: DockerRelease;
		readonly has_copy: boolean;
		readonly since: Date;
		/** The same, by then. A database that was put back counts anew, and this is moved with it: it may be negative. */
		readonly rows: number;
	} | null;
	/** The last restore that was done; unset: none was. */
	readonly restored?: { readonly id: string } & Restored;
}

export const sealedInDockerSite = ({ _id, secrets }: DockerSite) => sealed('secrets', secrets, _id);

export const dockerSiteCollection = (connection: Connection) =>
	tenantCollection<DockerSite>(connection, {
		name: 'docker_sites',
		fields: {
			server_id: String,
			url: String,
			database: String,
			secrets: String,
			serving: nullable(anything),
			traffic: String,
			update: nullable(anything),
			previous: nullable(anything),
			restored: optional(anything),
		},
		indexes: [[{ server_id: 1 }]],
	});
