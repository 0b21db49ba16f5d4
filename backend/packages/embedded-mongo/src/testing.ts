/** For tests that show which index serves a query, or count what the engine reads for it. */
export type { Collection } from './catalog';
export { isDoc } from './documents';
export { readFilter } from './filter';
export { plan } from './planner';
export { find } from './query';
export { Store } from './store';
