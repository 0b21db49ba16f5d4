import { expect, it } from '@jest/globals';
import { createLogger } from '../../backend/src/core/log';
import { createWatch } from '../../backend/src/database/watch';
import { createFakeClock } from '../support/fake-clock';

const MINUTE_MS = 60_000;

/** A watch over a connection that answers, a database that can be reached, and one that a renewal mends, or not. */
function watchOver({ answers = true, reachable = true, mends = true }) {
	const clock = createFakeClock();
	const state = { answers, reachable, renewals: 0 };
	const does = (works: boolean) => (works ? Promise.resolve() : Promise.reject(new Error('no answer')));
	const watch = createWatch({
		ping: () => does(state.answers),
		reach: () => does(state.reachable),
		renew: () => {
			state.renewals += 1;
			state.answers ||= mends;
			return Promise.resolve();
		},
		clock,
		log: createLogger('silent'),
	});
	watch.start();
	return { clock, state, watch };
}

it('leaves a connection alone that answers', async () => {
	const { clock, state } = watchOver({});
	await clock.advance(MINUTE_MS);
	expect(state.renewals).toBe(0);
});

it('connects anew where the database can be reached but the connection does not answer', async () => {
	const { clock, state } = watchOver({ answers: false });
	await clock.advance(MINUTE_MS);
	expect(state).toMatchObject({ renewals: 1, answers: true });
});

it('connects anew where the connection never says whether it answers', async () => {
	const clock = createFakeClock();
	let renewed = false;
	const watch = createWatch({
		ping: () => (renewed ? Promise.resolve() : new Promise(() => {})),
		reach: () => Promise.resolve(),
		renew: () => Promise.resolve((renewed = true)),
		clock,
		log: createLogger('silent'),
	});
	watch.start();
	await clock.advance(MINUTE_MS);
	expect(renewed).toBe(true);
});

it('waits while the database is away, however long, and counts as well', async () => {
	const { clock, state, watch } = watchOver({ answers: false, reachable: false });
	await clock.advance(60 * MINUTE_MS);
	expect({ renewals: state.renewals, stuck: watch.isStuck() }).toEqual({ renewals: 0, stuck: false });
});

it('counts as stuck where connecting anew has not helped for a minute', async () => {
	const { clock, watch } = watchOver({ answers: false, mends: false });
	await clock.advance(MINUTE_MS / 2);
	const before = watch.isStuck();
	await clock.advance(MINUTE_MS);
	expect({ before, after: watch.isStuck() }).toEqual({ before: false, after: true });
});

it('does not wait for a connection when it is stopped', async () => {
	const watch = createWatch({
		ping: () => new Promise(() => {}),
		reach: () => Promise.resolve(),
		renew: () => Promise.resolve(),
		clock: createFakeClock(),
		log: createLogger('silent'),
	});
	watch.start();
	await expect(watch.stop()).resolves.toBeUndefined();
});
