import { OdooError } from './errors';

/** Shorter secrets are parts of ordinary words. */
const MIN_LENGTH = 4;

/** Does work whose errors must not repeat the secret of a connection, as an Odoo that is asked with it may. */
export async function hushed<T>(secret: string, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw error instanceof OdooError ? without(secret, error) : error;
	}
}

function without(secret: string, error: OdooError): OdooError {
	const { kind, message, exception, retryAfterMs, cause } = error;
	const forms = [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])];
	const clean = (text: string) =>
		secret.length < MIN_LENGTH ? text : forms.reduce((rest, form) => rest.replaceAll(form, '***'), text);
	if (clean(message) === message && (exception === null || clean(exception) === exception)) return error;
	return new OdooError(kind, clean(message), exception === null ? null : clean(exception), { retryAfterMs, cause });
}
