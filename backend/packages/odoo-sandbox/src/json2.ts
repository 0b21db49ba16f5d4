import { z } from 'zod';
import { asPythonException, publicMethod } from './call-method';
import { PythonException, valueError } from './errors';
import { BindingError, bindArguments } from './method';
import type { Env } from './orm';
import { parseIds } from './write';

const bodySchema = z.record(z.string(), z.unknown());

/** An error of the web layer, as Odoo's JSON-2 shows those of werkzeug. */
export class HttpError extends PythonException {
	constructor(name: string, status: number, message: string) {
		super(`werkzeug.exceptions.${name}`, message, status);
	}
}

/** Answers `POST /json/2/<model>/<method>` (Odoo 19 "External JSON-2 API"); the result is the bare value. */
export function callJson2(env: Env, modelName: string, methodName: string, body: unknown): unknown {
	// Odoo takes a body that is no object for one without arguments.
	const { ids = [], context, ...named } = bodySchema.safeParse(body).data ?? {};
	const model = env.registry.models.get(modelName);
	if (!model) throw new HttpError('NotFound', 404, `the model '${modelName}' does not exist`);
	const method = publicMethod(env, model, methodName);
	if (!method) throw new HttpError('NotFound', 404, `The method '${modelName}.${methodName}' does not exist`);
	const records = parseIds(ids);
	if (method.api === 'model' && records.length > 0) {
		throw new HttpError('UnprocessableEntity', 422, `cannot call ${modelName}.${methodName} with ids`);
	}
	const settings = z.record(z.string(), z.unknown()).safeParse(context ?? {});
	if (!settings.success) throw valueError('the context must be an object');
	const result = method.call(env.with(settings.data), model, records, bind(method, named));
	// A method that returns records answers their ids, one or many.
	return methodName === 'create' && typeof result === 'number' ? [result] : result;
}

function bind(method: Parameters<typeof bindArguments>[0], named: Record<string, unknown>): Record<string, unknown> {
	try {
		return bindArguments(method, [], named);
	} catch (error) {
		if (error instanceof BindingError) throw new HttpError('UnprocessableEntity', 422, error.message);
		throw error;
	}
}

/** An error as JSON-2 shows it. There is no traceback to show. */
export function json2Error(error: unknown): Response {
	const { exception, message, status } = asPythonException(error);
	const args = exception.startsWith('werkzeug.') ? [message, status] : [message];
	return Response.json({ name: exception, message, arguments: args, context: {}, debug: '' }, { status });
}
