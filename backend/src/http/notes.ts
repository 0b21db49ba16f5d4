import { z } from 'zod';
import { idSchema } from '../core/ids';

/**
 * What the work on a request finds out and its reply does not tell, for whoever records requests. It is kept with the
 * reply of an Idempotency-Key, so that a replay is recorded as what it repeats.
 */
export const notesSchema = z.object({
	/** The Odoo connection that served the request. */
	connection_id: idSchema('connection').nullable(),
	/** The environment behind that connection. */
	environment_id: idSchema('environment').nullable(),
	/** The callback that tells of the outcome as well. */
	callback_id: idSchema('callback').nullable(),
	/** What whoever reads the record should know of an outcome that is as it was asked for. */
	remark: z.string().optional(),
});

export type Notes = z.output<typeof notesSchema>;

/** The notes of a request whose work has not begun. */
export const blankNotes = (): Notes => ({ connection_id: null, environment_id: null, callback_id: null });
