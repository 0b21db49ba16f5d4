import { BACKUP_FAILURES } from './backups/failures';
import { COPY_FAILURES } from './clones/failures';
import { DEPLOY_FAILURES } from './deployments/failures';
import { DELETE_FAILURES } from './environments/failures';

/** Every kind of job that there is. A new one is named here, and declares itself with `defineJob`. */
export const JOB_KINDS = [
	'deploy',
	'rollback',
	'delete',
	'stop',
	'start',
	'restart',
	'repair',
	'clone',
	'backup',
	'restore',
	'backup_test',
] as const;
export type JobKind = (typeof JOB_KINDS)[number];

/** What jobs of some kind can fail of, besides what any can: by the code that their owner is told. */
export const KIND_FAILURES = { ...DEPLOY_FAILURES, ...DELETE_FAILURES, ...COPY_FAILURES, ...BACKUP_FAILURES } as const;

/** What the API's description says of the kinds, and of the names of their steps. */
export const ABOUT_KINDS = {
	kind:
		'`rollback`: brings the environment back to an earlier deployment; `delete`: takes it away, with all its data; ' +
		'`stop`: ends its Odoo and keeps its data; `start`: has the release serve that served last; `restart`: both; ' +
		'`repair`: makes its containers anew, because the service found them missing or ended; `clone`: puts a copy of ' +
		"another environment's data in the place of its own; `backup`: copies its data to the store of backups; `restore`: " +
		'puts a backup in the place of its data; `backup_test`: restores a backup beside its data and throws that away',
	steps:
		'A deploy has `fetch`, `resolve`, `read_addons`, `start`, `check_health`, `finish`; a rollback the same but the ' +
		'first two; a restart has `stop` and `start`; a repair has `repair`; ' +
		'a clone has `copy`, `check_health` and `finish`; a backup has `copy` and `finish`; a restore has `backup`, `restore` ' +
		'and `check_health`; a test of a backup has `restore`',
	result:
		'Of a clone: what was taken from where, and what was changed in it; of a backup and a restore: which backup it is, ' +
		'and which holds what was there before; null of other kinds, and until it is known',
} as const;
