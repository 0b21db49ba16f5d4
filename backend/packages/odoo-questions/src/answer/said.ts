import type { JsonObject } from '../json';

/** The text of an answer, and its records where they were asked for. */
export interface Said {
	readonly text: string;
	readonly records?: readonly JsonObject[];
}
