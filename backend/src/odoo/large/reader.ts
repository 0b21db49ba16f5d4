import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../core/clock';
import { systemCode } from '../../core/errors';
import { OdooError } from '../errors';
import type { LargeAnswer, Reading } from './reading';
import { createTurns } from './turns';

/** Reads large answers, one after the other, while this thread does other work. */
export interface LargeReader {
	/**
	 * Rejects with the signal's reason where nobody waits any more before its turn comes, and with an `OdooError` where
	 * the answer takes too much time or memory.
	 */
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
	const turns = createTurns(1);
	let stay = () => {};

	const begin = () => {
		const begun = start();
		// Without a listener, an error of a thread that has no answer to read would end the process.
		begun.on('error', () => {});
		begun.once('exit', () => {
			if (thread === begun) thread = null;
		});
		return begun;
	};

	const end = async () => {
		const ended = thread;
		thread = null;
		await ended?.terminate();
	};

	return {
		async read(answer, signal) {
			const endTurn = await turns.take('', signal);
			try {
				stay();
				thread ??= begin();
				const reading = await ask(thread, answer, clock);
				stay = idle(() => void end());
				return reading;
			} catch (error) {
				// What it was doing may not let itself be interrupted: another begins when it has ended.
				await end();
				throw error;
			} finally {
				endTurn();
			}
		},
	};
}

const tooMuch = () => new OdooError('too_large', 'The answer takes too much time or memory to be read.');

/** Rejects where the thread does not answer within its limits, or fails. */
function ask(thread: Worker, answer: LargeAnswer, clock: Clock): Promise<Reading> {
	return new Promise((resolve, reject) => {
		const leave = () => {
			callOff();
			thread.off('message', settle);
			thread.off('error', fail);
			thread.off('exit', vanish);
		};
		const settle = (reading: Reading) => {
			leave();
			resolve(reading);
		};
		const fail = (error: Error) => {
			leave();
			reject(systemCode(error) === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch() : error);
		};
		const vanish = () => fail(new Error('The thread that reads large answers ended.'));
		const callOff = clock.after(LIMIT_MS, () => fail(tooMuch()));
		thread.on('message', settle);
		thread.on('error', fail);
		thread.on('exit', vanish);
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
	return thread;
}
