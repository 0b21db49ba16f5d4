import { z } from 'zod';

const line = z.record(z.string(), z.unknown());

/** A place that a logger writes to, and what it has written so far. */
export function loggedLines() {
	const written: string[] = [];
	return {
		destination: { write: (text: string) => void written.push(text) },
		lines: () => written.map((text) => line.parse(JSON.parse(text))),
	};
}
