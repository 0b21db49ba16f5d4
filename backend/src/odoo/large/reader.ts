import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/clock';
import type { LargeAnswer, Reading } from './reading';

/** Reads large answers, one after the other, while this thread does other work. */
export interface LargeReader {
	/** Rejects with the signal's reason where nobody waits any more when its turn comes. */
	read(answer: LargeAnswer, signal: AbortSignal): Promise<Reading>;
}

/** How long one answer may take. The largest that an Odoo gives takes three seconds, seven on a busy machine. */
const LIMIT_MS = 20_000;
/** How long a thread that has nothing to do is kept. */
const IDLE_MS = 30_000;
/** In mebibytes: what the values of an answer may take. */
const HEAP = 768;

/** Starts a thread where there is work, and ends it when there is none for a while, or when an answer takes too long. */
export function createLargeReader({ clock, start = startThread }: { clock: Clock; start?: () => Worker }): LargeReader {
	let thread: Worker | null = null;
	let last: Promise<unknown> = Promise.resolve();
	let stay = () => {};

	const end = async () => {
		const ended = thread;
		thread = null;
		await ended?.terminate();
	};

	const readNow = async (answer: LargeAnswer, signal: AbortSignal): Promise<Reading> => {
		signal.throwIfAborted();
		stay();
		thread ??= start();
		const reading = await ask(thread, answer, clock);
		// What it was doing may not let itself be interrupted: another begins when it has ended.
		if (reading === null) await end();
		else stay = idle(() => void end());
		return reading ?? { kind: 'too_large', why: 'The answer takes too much time or memory to be read.' };
	};

	return {
		read(answer, signal) {
			const reading = last.then(() => readNow(answer, signal));
			last = reading.catch(() => undefined);
			return reading;
		},
	};
}

/** Null where the thread does not answer in time, or fails. */
function ask(thread: Worker, answer: LargeAnswer, clock: Clock): Promise<Reading | null> {
	return new Promise((resolve) => {
		const settle = (reading: Reading | null) => {
			callOff();
			thread.off('message', settle);
			thread.off('error', fail);
			resolve(reading);
		};
		const fail = () => settle(null);
		const callOff = clock.after(LIMIT_MS, fail);
		thread.on('message', settle);
		thread.on('error', fail);
		const memory = answer.blocks.map(({ buffer }) => buffer);
		thread.postMessage(answer, memory);
	});
}

/** Does something after a while, unless that is called off or the process has nothing else to do. */
function idle(run: () => void): () => void {
	const timer = setTimeout(run, IDLE_MS).unref();
	return () => clearTimeout(timer);
}

function startThread(): Worker {
	const file = path.join(__dirname, `thread${path.extname(__filename)}`);
	const thread = new Worker(file, { resourceLimits: { maxOldGenerationSizeMb: HEAP, maxYoungGenerationSizeMb: 32 } });
	thread.unref();
	// Without a listener, an error of a thread that was given up would end the process.
	thread.on('error', () => {});
	return thread;
}
