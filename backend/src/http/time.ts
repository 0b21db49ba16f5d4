import { z } from 'zod';

/** A moment in a request: ISO 8601 with its offset. */
export const timeSchema = z.iso
	.datetime({ offset: true, error: 'must be a time such as 2026-05-07T14:23:11Z' })
	.transform((text) => new Date(text));
