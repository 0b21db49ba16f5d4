/** Why a call about records was refused before, or given up while, it was carried out. */
export type RecordsErrorKind =
	/** The model has no field of that name. */
	| 'unknown_field'
	/** A value does not fit its field, or the form that the routes take. */
	| 'invalid_value'
	/** A lookup matches more than one record. */
	| 'ambiguous'
	/** A lookup matches nothing, and nothing was to be made in its place. */
	| 'no_match'
	/** More records, levels or bytes than one call may have. */
	| 'too_large'
	/** The call failed, and not all that it had done could be undone; the message names what is left. */
	| 'left_behind';

/** A refusal whose message is for the caller. Nothing was written, unless the kind is `left_behind`. */
export class RecordsError extends Error {
	override readonly name = 'RecordsError';

	constructor(
		readonly kind: RecordsErrorKind,
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}
