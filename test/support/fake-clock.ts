import type { Clock } from '../../backend/src/core/clock';

export interface FakeClock extends Clock {
	/**
	 * Moves the time on and wakes who sleeps until then, in the order of their times; each runs on before the next is
	 * woken, so that one who sleeps again within the span is woken again.
	 */
	advance(ms: number): Promise<void>;
	/** How many milliseconds remain to each who sleeps, the soonest first. */
	readonly sleeping: readonly number[];
}

interface Sleeper {
	readonly until: number;
	readonly wake: () => void;
}

/** A clock that stands still unless it is moved. */
export function createFakeClock(start = new Date('2026-05-07T14:23:11.400Z')): FakeClock {
	let time = start.getTime();
	let sleepers: Sleeper[] = [];
	const soonest = () => [...sleepers].sort((one, other) => one.until - other.until);
	const after: Clock['after'] = (ms, run) => {
		const sleeper = {
			until: time + Math.max(0, ms),
			wake: () => {
				if (!sleepers.includes(sleeper)) return;
				leave();
				run();
			},
		};
		const leave = () => {
			sleepers = sleepers.filter((other) => other !== sleeper);
		};
		sleepers.push(sleeper);
		if (ms <= 0) queueMicrotask(sleeper.wake);
		return leave;
	};
	return {
		now: () => new Date(time),
		after,
		sleep: (ms, signal) =>
			new Promise((resolve, reject) => {
				const callOff = after(ms, () => {
					signal?.removeEventListener('abort', abort);
					resolve();
				});
				const abort = () => {
					callOff();
					reject(new DOMException('The sleep was broken off', 'AbortError'));
				};
				signal?.addEventListener('abort', abort, { once: true });
				if (signal?.aborted) abort();
			}),
		async advance(ms) {
			const end = time + ms;
			for (let next = soonest()[0]; next && next.until <= end; next = soonest()[0]) {
				time = Math.max(time, next.until);
				next.wake();
				await turn();
			}
			time = end;
			await turn();
		},
		get sleeping() {
			return soonest().map(({ until }) => until - time);
		},
	};
}

/** Lets everything that is ready to run do so. */
const turn = () => new Promise((resolve) => setImmediate(resolve));
