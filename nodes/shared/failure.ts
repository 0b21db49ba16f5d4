import { NodeApiError, NodeOperationError, type IDataObject, type INode } from 'n8n-workflow';
import { isDataObject, objectAt, objectsAt, textAt } from './data';

/** What a service answered, as n8n's helpers hand it over with `returnFullResponse`. */
export interface Reply {
	statusCode: number;
	headers: IDataObject;
	body: unknown;
}

/** What to do about a refusal, by its HTTP status; the platform's own words say what happened. */
const ADVICE: Readonly<Record<number, string>> = {
	400: 'Correct the parameters and try again.',
	401: 'Check the API key in the credential: it may be mistyped, revoked or expired. If the key asks for signatures, check the HMAC secret as well.',
	403: 'Ask whoever administers the platform for a key that is allowed to do this.',
	404: 'Check the base URL and the ID. A key sees only what belongs to its own organization.',
	409: 'Wait until the other operation has finished and try again.',
	413: 'Send less at once: smaller files, or shorter values.',
	422: 'Correct the named parameters and try again.',
	429: 'Send fewer requests, or turn on "Retry On Fail" in the settings of the node.',
};

const TROUBLE = 'The platform has a problem. Try again, and if it stays, pass the request ID on to whoever runs it.';

/** How the parameters are displayed that Odoo may find fault with, of the operation that asked. */
export interface InputNames {
	/** The parameter with the model. */
	model?: string;
	/** The parameter with what is written, or the arguments. */
	values?: string;
	/** The parameter that names fields. */
	fields?: string;
	/** The parameter that names records. */
	records?: string;
}

/** What to do about a refusal whose code tells more than its status; nothing where its own words say it. */
const CODE_ADVICE: Readonly<Record<string, (names: InputNames) => string>> = {
	backup_unfinished: () => '',
	environment_not_deployed: () => '',
	environment_not_running: () => '',
	environments_differ: () => '',
	production_target: () => 'Turn on the option "Allow Production Target" where its data is to be replaced.',
	no_odoo_connection: () => '',
	permission_denied: () => ADVICE[403] ?? '',
	odoo_validation: ({ values = 'the values' }) => `Correct ${values} and try again.`,
	odoo_user_error: () => 'Odoo said why; correct the call, or the record in Odoo.',
	odoo_unknown_field: ({ fields = 'the fields' }) =>
		`Check ${fields} against the fields that the model has: their technical names, and the add-on that brings them installed.`,
	odoo_bad_arguments: ({ values = 'the values' }) => `Check ${values} against what the method takes.`,
	odoo_access_denied: () => "Ask whoever administers Odoo for the rights: the connection's user has too few of them.",
	odoo_missing_record: ({ records = 'the IDs' }) =>
		`Check ${records}: a record may have been deleted in the meantime.`,
	odoo_too_large: () =>
		'Choose fewer fields: pictures and files are large. With the context {"bin_size": true}, Odoo gives their sizes instead of them.',
	odoo_request_too_large: () => 'Send less at once: smaller files, shorter values, or fewer records.',
	odoo_busy: () => 'Send fewer requests, or turn on "Retry On Fail" in the settings of the node.',
	odoo_proxy_denied: () =>
		'Ask whoever runs that Odoo to let the platform through the proxy or firewall before it: Odoo itself was not asked.',
	odoo_timeout: () =>
		'Ask for less at once. What was to be changed may have been changed all the same: look before you try again.',
	odoo_authentication_failed: () =>
		"Check the connection's login and API key on the platform: the key may have expired, or the user been archived.",
	odoo_database_not_found: () => "Check the name of the connection's database on the platform.",
	odoo_not_odoo: () => "Check the connection's URL on the platform: it must be the one where Odoo itself answers.",
	odoo_tls_failed: () => "Have the certificate of that Odoo's address renewed or corrected.",
	odoo_refused_address: () =>
		"Give the connection a public address, or ask whoever runs the platform to open that Odoo's network to it.",
	odoo_server_error: () => "Look into Odoo's own log: it failed, and said no more. The address and login are right.",
	odoo_unknown_model: ({ model = 'the model' }) =>
		`Check ${model}, and that the add-on which brings it is installed in this Odoo.`,
	odoo_unknown_method: () => 'Check "Method", and that the add-on which brings it is installed in this Odoo.',
};

const ODOO_TROUBLE = "Check that Odoo is up, and the connection's address, database and user on the platform.";

/** What to do about a refusal. */
function adviceOn(code: string, statusCode: number, names: InputNames): string {
	const advice = CODE_ADVICE[code];
	if (advice !== undefined) return advice(names);
	return code.startsWith('odoo_') ? ODOO_TROUBLE : (ADVICE[statusCode] ?? (statusCode >= 500 ? TROUBLE : ''));
}

/** The name of a parameter as the node displays it, from a JSON pointer into the request, e.g. `/project_id`. */
function displayName(pointer: string): string {
	const [field = ''] = pointer.replace(/^#?\//, '').split('/');
	const words = field.replace(/_id$/, '').replace(/_env$/, '_environment').split('_');
	return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** The refused inputs of an RFC 9457 problem, one line each. */
function refusedInputs(problem: IDataObject): string[] {
	return objectsAt(problem, 'errors').map(
		(error) => `"${displayName(textAt(error, 'pointer'))}": ${textAt(error, 'detail')}`,
	);
}

/** What is known of an error in the form of JSON-RPC, as the record routes give it. */
const rpcError = (body: IDataObject) => objectAt(objectAt(body, 'error'), 'data');

/** What happened, and what else the reply says of it, out of any of the service's documented error bodies. */
function explain({ body, statusCode, headers }: Reply): { message: string; details: string[] } {
	if (statusCode >= 300 && statusCode < 400) {
		const message = `The service sends on to ${textAt(headers, 'location') || 'another address'}, where nothing was sent`;
		return {
			message,
			details: ['Enter the address where the platform itself answers as "Base URL" in the credential.'],
		};
	}
	const problem = isDataObject(body) ? body : {};
	const message =
		textAt(problem, 'detail') ||
		textAt(problem, 'error') ||
		textAt(rpcError(problem), 'message') ||
		textAt(problem, 'title');
	if (message === '') {
		return { message: `The service answered with status ${statusCode}`, details: ['Check the base URL.'] };
	}
	return { message, details: [...refusedInputs(problem), textAt(problem, 'details')] };
}

/**
 * The error for a refused request, from problem+json (`/api/v1`, RFC 9457) or the gateway's
 * `{ success: false, error, details }`: its message says what happened and to which item, its description how to go on.
 */
export function refusal(node: INode, reply: Reply, itemIndex?: number, names: InputNames = {}): NodeApiError {
	const { message, details } = explain(reply);
	const { statusCode, headers } = reply;
	const body = isDataObject(reply.body) ? reply.body : {};
	const jobId = textAt(body, 'job_id');
	const retryAfter = textAt(headers, 'retry-after');
	const code = textAt(body, 'code') || textAt(rpcError(body), 'name');
	const requestId = textAt(body, 'request_id') || textAt(rpcError(body), 'request_id');
	const description = [
		...details,
		jobId && `The running job is ${jobId}.`,
		retryAfter && `It asks to wait ${retryAfter} seconds.`,
		adviceOn(code, statusCode, names),
		requestId && `Request ID: ${requestId}`,
	];
	const error = failure(node, { message, description, httpCode: String(statusCode), itemIndex });
	error.context.code = code;
	return error;
}

/** Whether a refusal says that Odoo's answer is more than the platform takes at once. */
export const isTooLarge = (error: unknown) => error instanceof NodeApiError && error.context.code === 'odoo_too_large';

/** Whether a refusal says that the connection's user may not do this in Odoo. */
export const isAccessDenied = (error: unknown) =>
	error instanceof NodeApiError && error.context.code === 'odoo_access_denied';

/** What goes into an error: what happened, how to go on (empty lines are left out), and about which item. */
interface Failure {
	message: string;
	description: string[];
	httpCode?: string;
	itemIndex?: number;
}

/** An error in the platform's name: also for what it accepted and could not do, or a reply that makes no sense. */
export function failure(node: INode, { message, description, httpCode, itemIndex }: Failure): NodeApiError {
	return new NodeApiError(
		node,
		{ message },
		{
			message: withItem(message, itemIndex),
			// n8n shows the lines as one, so each has to end as a sentence does.
			description: description
				.filter((line) => line !== '')
				.map((line) => (/[.!?]$/.test(line) ? line : `${line}.`))
				.join('\n'),
			httpCode,
			itemIndex,
		},
	);
}

/** The message with the item it is about, as n8n's guidelines write it. */
export function withItem(message: string, itemIndex?: number): string {
	return itemIndex === undefined ? message : `${message} [Item ${itemIndex}]`;
}

/**
 * The body of an accepted request.
 *
 * @throws NodeApiError when the request was refused, or the reply did not come from the platform.
 */
export function bodyOf(node: INode, reply: Reply, itemIndex?: number, names?: InputNames): IDataObject {
	if (reply.statusCode >= 300) throw refusal(node, reply, itemIndex, names);
	if (isDataObject(reply.body)) return reply.body;
	throw failure(node, {
		message: 'The reply did not come from the Odoo Platform',
		description: ['Check the base URL in the credential.'],
		itemIndex,
	});
}

/** Whatever was thrown while an item was worked on, as an error that names the item. */
export function asNodeError(node: INode, error: unknown, itemIndex: number): NodeApiError | NodeOperationError {
	if (error instanceof NodeOperationError) return error;
	if (!(error instanceof NodeApiError)) {
		const cause = error instanceof Error ? error : new Error(String(error));
		return new NodeOperationError(node, cause, { message: withItem(cause.message, itemIndex), itemIndex });
	}
	if (error.context.itemIndex === undefined) {
		error.context.itemIndex = itemIndex;
		error.message = withItem(error.message, itemIndex);
	}
	return error;
}

/** What n8n's helper threw instead of an answer, as the error of one of the items that waited for it. */
export function asRefusal(node: INode, error: unknown, itemIndex: number): NodeApiError | NodeOperationError {
	if (!(error instanceof NodeApiError)) return asNodeError(node, error, itemIndex);
	const description = [error.description ?? '', 'Check the base URL in the credential, and that the platform is up.'];
	return failure(node, { message: error.message, description, itemIndex });
}
