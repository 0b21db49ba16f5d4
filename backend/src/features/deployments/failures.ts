import { GIT_FAILURES } from '../../git/git-error';

/** What a deploy can fail of, besides what any job can. */
export const DEPLOY_FAILURES = {
	...GIT_FAILURES,
	unhealthy: 'The environment did not answer after the deploy.',
} as const;
