import type { JsonObject } from '../json';

/** What is said of the records, and they themselves where they were asked for. */
export interface Said {
	readonly text: string;
	readonly records?: readonly JsonObject[];
}
