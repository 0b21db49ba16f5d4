/** The error codes of MongoDB that the engine uses (mongo/src/mongo/base/error_codes.yml). */
const CODES = {
	BadValue: 2,
	FailedToParse: 9,
	TypeMismatch: 14,
	IllegalOperation: 20,
	NamespaceNotFound: 26,
	IndexNotFound: 27,
	PathNotViable: 28,
	ConflictingUpdateOperators: 40,
	CursorNotFound: 43,
	NamespaceExists: 48,
	CommandNotFound: 59,
	ImmutableField: 66,
	CannotCreateIndex: 67,
	InvalidOptions: 72,
	InvalidNamespace: 73,
	IndexOptionsConflict: 85,
	IndexKeySpecsConflict: 86,
	CommandNotSupported: 115,
	CannotIndexParallelArrays: 171,
	InvalidIndexSpecificationOption: 197,
	DuplicateKey: 11000,
	BSONObjectTooLarge: 10334,
	KeyTooLong: 17280,
	UnrecognizedPipelineStage: 40324,
	UnknownField: 40415,
} as const;

/** The name of one of these errors. */
export type ErrorName = keyof typeof CODES;

/** An error in MongoDB's terms. The driver turns it into a `MongoServerError` with the same code. */
export class EngineError extends Error {
	readonly code: number;

	constructor(
		readonly codeName: ErrorName,
		message: string,
		/** Further fields of the reply, e.g. `keyPattern` and `keyValue` for a duplicate key. */
		readonly details: Readonly<Record<string, unknown>> = {},
	) {
		super(message);
		this.name = 'EngineError';
		this.code = CODES[codeName];
	}
}

/** The error for a capability of MongoDB that this engine lacks. */
export function unsupported(what: string): EngineError {
	return new EngineError(
		'CommandNotSupported',
		`The embedded database does not support ${what}; set MONGODB_URI to use a MongoDB server.`,
	);
}
