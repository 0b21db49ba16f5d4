/** An exception as Odoo raises it: the name of its Python class, and the HTTP status with which JSON-2 answers. */
export class PythonException extends Error {
	constructor(
		readonly exception: string,
		message: string,
		readonly status = 500,
	) {
		super(message);
		this.name = 'PythonException';
	}
}

// The statuses are those of Odoo 19's exceptions (`http_status`), seen on a real one.
export const userError = (message: string) => new PythonException('odoo.exceptions.UserError', message, 422);
export const validationError = (message: string) =>
	new PythonException('odoo.exceptions.ValidationError', message, 422);
export const accessError = (message: string) => new PythonException('odoo.exceptions.AccessError', message, 403);
export const accessDenied = () => new PythonException('odoo.exceptions.AccessDenied', 'Access Denied', 403);
export const valueError = (message: string) => new PythonException('builtins.ValueError', message);
export const typeError = (message: string) => new PythonException('builtins.TypeError', message);

export const missingError = (model: string, ids: readonly number[], uid: number) =>
	new PythonException(
		'odoo.exceptions.MissingError',
		`Record does not exist or has been deleted.\n(Record: ${model}(${ids.join(', ')}${ids.length === 1 ? ',' : ''}), User: ${uid})`,
		404,
	);

/** What PostgreSQL says, through Odoo, of text where a number belongs. */
export const invalidText = (type: 'integer' | 'bigint' | 'numeric', text: string) =>
	new PythonException(
		'psycopg2.errors.InvalidTextRepresentation',
		`invalid input syntax for type ${type}: ${JSON.stringify(text)}`,
	);
