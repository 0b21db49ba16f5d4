/** An error as Odoo would raise it: the name of its Python class, and the HTTP status JSON-2 answers it with. */
export class OdooError extends Error {
	constructor(
		readonly exception: string,
		message: string,
		readonly status = 500,
	) {
		super(message);
		this.name = 'OdooError';
	}
}

// The statuses are those of Odoo 19's exceptions (`http_status`), seen on a real one.
export const userError = (message: string) => new OdooError('odoo.exceptions.UserError', message, 422);
export const validationError = (message: string) => new OdooError('odoo.exceptions.ValidationError', message, 422);
export const accessError = (message: string) => new OdooError('odoo.exceptions.AccessError', message, 403);
export const accessDenied = () => new OdooError('odoo.exceptions.AccessDenied', 'Access Denied', 403);
export const valueError = (message: string) => new OdooError('builtins.ValueError', message);
export const typeError = (message: string) => new OdooError('builtins.TypeError', message);

export const missingError = (model: string, ids: readonly number[], uid: number) =>
	new OdooError(
		'odoo.exceptions.MissingError',
		`Record does not exist or has been deleted.\n(Record: ${model}(${ids.join(', ')}${ids.length === 1 ? ',' : ''}), User: ${uid})`,
		404,
	);

/** What PostgreSQL says, through Odoo, of text where a number belongs. */
export const invalidText = (type: 'integer' | 'bigint' | 'numeric', text: string) =>
	new OdooError(
		'psycopg2.errors.InvalidTextRepresentation',
		`invalid input syntax for type ${type}: ${JSON.stringify(text)}`,
	);
