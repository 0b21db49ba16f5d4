import { RUNTIMES } from '../../backend/src/runtimes/registry';
import type { RuntimeDefinition } from '../../backend/src/runtimes/runtime';

const notPartOfIt = () => Promise.reject(new Error('it only has a place'));

/** A runtime whose environments are on servers, and run nothing there. */
const placedRuntime: RuntimeDefinition = {
	description: 'a place on a server',
	placed: true,
	create: () => ({
		addressOf: ({ placement }) => placement?.url ?? '',
		apply: notPartOfIt,
		revert: notPartOfIt,
		rollBack: notPartOfIt,
		lossOf: () => Promise.resolve(null),
		stop: notPartOfIt,
		logs: () => ({ [Symbol.asyncIterator]: () => ({ next: notPartOfIt }) }),
		metrics: notPartOfIt,
		start: notPartOfIt,
		checkHealth: notPartOfIt,
		snapshot: notPartOfIt,
		restore: notPartOfIt,
		prove: notPartOfIt,
		remove: () => Promise.resolve(true),
		access: notPartOfIt,
		firstLogin: notPartOfIt,
	}),
};

Object.assign(RUNTIMES, { placed: placedRuntime });
