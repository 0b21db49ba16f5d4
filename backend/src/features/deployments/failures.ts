import { GIT_FAILURES } from '../../git/git-error';

/** What a deploy can fail of, besides what any job can. */
export const DEPLOY_FAILURES = {
	...GIT_FAILURES,
	release_refused: 'The commit cannot run in this environment; nothing was tried.',
	update_failed: 'Odoo could not install or update the modules.',
	server_failed: 'The server that the environment runs on did not do its part.',
	backup_failed: 'No backup could be made before the data was to be changed; nothing was changed.',
	unhealthy: 'The environment did not answer after the deploy.',
} as const;
