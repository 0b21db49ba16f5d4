import { parentPort } from 'node:worker_threads';
import { readLarge, type LargeAnswer } from './reading';

// A thread of its own, as `reader.ts` starts it: reads one answer after the other.
parentPort?.on('message', (answer: LargeAnswer) => {
	const reading = readLarge(answer);
	const memory = reading.kind === 'result' ? reading.pieces.map(({ buffer }) => buffer) : [];
	parentPort?.postMessage(reading, memory);
});
