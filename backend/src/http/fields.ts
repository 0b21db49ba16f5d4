import { z } from 'zod';
import { type IdKind, idSchema } from '../core/ids';

// Fields that the schemas of many features have, described once.

/** The id of what a reply shows. */
export const ownId = <K extends IdKind>(kind: K) =>
	idSchema(kind).describe('Given when it is made, and to nothing else ever. Ids sort by the time of making');

/** An id in a path. */
export const pathId = <K extends IdKind>(kind: K) =>
	idSchema(kind).describe('One that the key sees; any other answers 404, whether it exists or not');

/** Whose the thing is that a reply shows. */
export const ownerId = idSchema('organization').describe('The organization that it belongs to');

/** When the thing was made that a reply shows. */
export const createdAt = z.iso.datetime().describe('When it was made, in UTC to the millisecond');

/** Who asked for something. */
export const actorField = z.string().describe('The name of the API key that asked for it; names need not be unique');

/** One request that was sent to a receiver, or could not be. */
export const attemptFields = {
	at: z.iso.datetime().describe('When it was sent'),
	duration_ms: z
		.int()
		.min(0)
		.describe('Until the response was read, or it failed, in milliseconds; about 15,000 at most'),
	response_code: z.int().nullable().describe('The HTTP status of the response; null where none came'),
	error: z.string().nullable().describe('Why it failed, for people; null where it did not'),
};

/** When something began. */
export const startedAt = z.iso.datetime().nullable().describe('null until it begins');
/** When something ended. */
export const finishedAt = z.iso
	.datetime()
	.nullable()
	.describe('null until it has ended, whether it succeeded, failed or was canceled');
