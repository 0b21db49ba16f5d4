import { usersAndMembers } from './001-users-and-members';
import { renamedCollections } from './002-renamed-collections';
import { dataOfJobs } from './003-data-of-jobs';
import { environmentsOnServers } from './004-environments-on-servers';
import type { Migration } from './migration';

/**
 * All that was ever changed, in its order: the first is number 1. New ones are added at the end; one that a release
 * has stays where and as it is. Where only indexes change, one that does nothing is added too: at a number of its own
 * indexes that are not defined any more are dropped, and releases that need them stop starting.
 */
export const MIGRATIONS: readonly Migration[] = [
	usersAndMembers,
	renamedCollections,
	dataOfJobs,
	environmentsOnServers,
];
