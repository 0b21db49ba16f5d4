/** MongoDB's error codes that the engine answers with (mongo/src/mongo/base/error_codes.yml). */
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

/** The name of an error that the engine answers with. */
export type ErrorName = keyof typeof CODES;

/** A refusal in MongoDB's terms: the driver turns it into a `MongoServerError` of the same code. */
export class EngineError extends Error {
	readonly code: number;

	constructor(
		readonly codeName: ErrorName,
		message: string,
		/** Further fields of the answer, e.g. `keyPattern` and `keyValue` of a duplicate key. */
		readonly details: Readonly<Record<string, unknown>> = {},
	) {
		super(message);
		this.name = 'EngineError';
		this.code = CODES[codeName];
	}
}

/** The refusal of something that MongoDB has and this engine lacks. */
export function unsupported(what: string): EngineError {
	return new EngineError(
		'CommandNotSupported',
		`The embedded database does not support ${what}; set MONGODB_URI to use a MongoDB server.`,
	);
}
