import type { Connection } from 'mongoose';
import type { EnvironmentId, OrganizationId, ProjectId } from '../../core/ids';
import { nullable, optional } from '../../database/fields';
import { outboxFields, outboxIndexes, type WithOutbox } from '../../database/outbox';
import { tenantCollection } from '../../database/tenant-collection';
import type { Placement, SiteSettings } from '../../runtimes/runtime';
import type { RuntimeKind } from '../../runtimes/runtimes';

/**
 * `pending`: nothing was deployed yet; `stopped`: by wish, until it is started; `failed`: the last deploy failed once it had
 * begun to change what runs, or was the first, or the environment could not be stopped, started or deleted.
 */
export const ENVIRONMENT_STATUSES = ['pending', 'deploying', 'running', 'stopped', 'failed', 'deleting'] as const;
export type EnvironmentStatus = (typeof ENVIRONMENT_STATUSES)[number];

/** An environment as it is kept. */
export interface StoredEnvironment extends WithOutbox {
	readonly _id: EnvironmentId;
	readonly organization_id: OrganizationId;
	readonly project_id: ProjectId;
	readonly name: string;
	readonly runtime: RuntimeKind;
	readonly odoo_version: string;
	/** Its deploys are tried on a copy first, and no other environment's data is put into it. */
	readonly production: boolean;
	readonly settings: SiteSettings;
	/** The server that it is on, for as long as it is; null: its runtime runs on none. */
	readonly placement: Placement | null;
	readonly status: EnvironmentStatus;
	/** The deployed commit; empty before the first deploy. */
	readonly git_sha: string;
	readonly git_branch: string | null;
	readonly created_at: Date;
	readonly updated_at: Date;
	/** When it came to its status. */
	readonly status_since: Date;
	/**
	 * Present on one that is gone: it stays, seen by nobody, for the event that tells of it to be carried on from its
	 * outbox.
	 */
	readonly deleted_at?: Date;
}

/** One running Odoo: a project's add-ons at a commit. */
export interface EnvironmentDocument extends StoredEnvironment {
	/** Where it answers; follows the service when that moves. */
	readonly primary_url: string;
}

/** What is not deleted. */
export const ALIVE = { deleted_at: null };

export const environmentCollection = (connection: Connection) =>
	tenantCollection<StoredEnvironment>(connection, {
		name: 'environments',
		fields: {
			project_id: String,
			name: String,
			runtime: String,
			odoo_version: String,
			production: Boolean,
			settings: {
				modules: nullable([String]),
				demo_data: Boolean,
				workers: Number,
				memory_mb: Number,
				cpus: Number,
			},
			placement: nullable({ server_id: String, url: String }),
			status: String,
			git_sha: String,
			git_branch: nullable(String),
			created_at: Date,
			updated_at: Date,
			status_since: Date,
			deleted_at: optional(Date),
			...outboxFields,
		},
		indexes: [
			[{ organization_id: 1, deleted_at: 1, _id: -1 }],
			[{ organization_id: 1, project_id: 1, deleted_at: 1, _id: -1 }],
			[{ 'placement.server_id': 1 }, { sparse: true }],
			[{ project_id: 1, name: 1 }, { unique: true }],
			[{ deleted_at: 1 }, { expireAfterSeconds: 30 * 24 * 60 * 60 }],
			...outboxIndexes,
		],
	});
