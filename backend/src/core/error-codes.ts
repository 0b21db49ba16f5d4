/** A reason for a refusal or failure: the status that usually carries it, and what it means. */
interface ErrorReason {
	readonly status: number;
	readonly meaning: string;
}

/** Every `code` that a reply can have. The compiler allows no other. The API reference lists them all. */
export const ERROR_CODES = {
	malformed_json: { status: 400, meaning: 'The body is not JSON in UTF-8, or has an integer that would be rounded.' },
	bad_request: { status: 400, meaning: 'The path, the headers or the body could not be read.' },
	authentication_required: { status: 401, meaning: 'The request names no API key.' },
	invalid_api_key: { status: 401, meaning: 'The API key is unknown, revoked, expired or altered.' },
	invalid_session: { status: 401, meaning: 'The session is unknown or over; log in again.' },
	signature_missing: { status: 401, meaning: 'The key demands signed requests and this one has no signature.' },
	signature_invalid: { status: 401, meaning: 'The signature does not fit the body.' },
	cross_site_refused: {
		status: 403,
		meaning: 'A request with a session cookie came from another site, or was not of Content-Type application/json.',
	},
	wrong_key_scope: { status: 403, meaning: 'The endpoint takes keys of another scope.' },
	permission_denied: { status: 403, meaning: 'The key lacks the permission; `required_permission` names it.' },
	organization_denied: {
		status: 403,
		meaning: 'The key does not see the organization that the request names; `organization_id` repeats it.',
	},
	plan_upgrade_required: {
		status: 403,
		meaning: "The organization's plan lacks this; `required_plan` and `current_plan` say which has it.",
	},
	connection_bound: {
		status: 403,
		meaning: 'The key is bound to one Odoo connection and the request names another.',
	},
	not_found: { status: 404, meaning: 'There is no such thing, or the key cannot see it.' },
	unknown_route: { status: 404, meaning: 'There is nothing at this path.' },
	no_odoo_connection: { status: 404, meaning: 'There is no such Odoo connection, or no default one.' },
	method_not_allowed: { status: 405, meaning: 'The path does not take this method; `Allow` lists those it takes.' },
	not_acceptable: { status: 406, meaning: '`Accept` names none of the media types that the route answers.' },
	key_revoked: { status: 409, meaning: 'The API key was revoked; make another one.' },
	hmac_not_supported: { status: 409, meaning: 'Only keys of scope webhook can demand signed requests.' },
	deployment_ended: { status: 409, meaning: 'The deployment has ended already; `status` says how.' },
	deployment_failed: {
		status: 409,
		meaning:
			'The deployment that was waited for strictly did not succeed; `deployment_status` says how it ended, and ' +
			'`deployment_id` which it is.',
	},
	deployment_unfinished: {
		status: 409,
		meaning: 'The deployment that was waited for strictly goes on; `deployment_id` names it.',
	},
	project_in_use: { status: 409, meaning: 'The project has environments; delete them first.' },
	server_in_use: { status: 409, meaning: 'The server has environments; delete them first.' },
	no_server_fits: {
		status: 409,
		meaning: 'No server can take the environment; `detail` says for each what keeps it from it.',
	},
	version_fixed: { status: 409, meaning: 'The version of Odoo cannot change once the environment was deployed.' },
	nothing_to_roll_back: { status: 409, meaning: 'No earlier deployment of the environment has succeeded.' },
	rollback_loses_data: {
		status: 409,
		meaning: 'The database would go back as well; `since`, `minutes` and `rows` say what would be lost.',
	},
	backup_unfinished: {
		status: 409,
		meaning: 'The backup has not succeeded, or not yet; `backup_status` says how it is.',
	},
	backup_store_failed: {
		status: 502,
		meaning: 'The store of backups did not take or give the data.',
	},
	domain_taken: { status: 409, meaning: 'The domain leads to another environment already.' },
	domain_not_proven: {
		status: 409,
		meaning: 'The DNS does not show that the domain is to lead there; `cname`, or `txt` of `txt_name`, would.',
	},
	environment_not_deployed: { status: 409, meaning: 'Nothing was deployed to the environment yet; deploy first.' },
	environment_not_running: {
		status: 409,
		meaning: 'The environment does not run; `environment_status` says how it is.',
	},
	environment_not_stopped: {
		status: 409,
		meaning: 'The environment is not stopped; `environment_status` says how it is.',
	},
	environments_differ: {
		status: 409,
		meaning: 'Data of the one does not fit the other: they run other versions of Odoo, or by other runtimes.',
	},
	production_target: {
		status: 409,
		meaning:
			'The environment is marked `production`: another one’s data is put into it only where that is allowed.',
	},
	environment_busy: { status: 409, meaning: 'A job runs on the environment already; `job_id` names it.' },
	idempotency_in_progress: {
		status: 409,
		meaning: 'The first request with this `Idempotency-Key` still runs; send it again after `Retry-After`.',
	},
	idempotency_interrupted: {
		status: 409,
		meaning: 'The service stopped amid the first request with this `Idempotency-Key`; its outcome is not known.',
	},
	idempotency_reply_too_large: {
		status: 409,
		meaning: 'The first request with this `Idempotency-Key` was carried out; its reply was too large to be kept.',
	},
	connection_in_use: { status: 409, meaning: 'API keys are bound to the Odoo connection; revoke them first.' },
	connection_of_environment: {
		status: 409,
		meaning: "The Odoo connection is an environment's own: it comes, changes and goes with that environment.",
	},
	name_taken: { status: 409, meaning: 'The name is in use; choose another one.' },
	body_too_large: { status: 413, meaning: 'The body is larger than is read.' },
	unsupported_encoding: { status: 415, meaning: 'The body has a `Content-Encoding` that is not read here.' },
	batch_stopped: {
		status: 424,
		meaning: 'The request of a batch was not run: an earlier one failed, or the time for the batch was over.',
	},
	validation_failed: {
		status: 422,
		meaning: 'An input is missing, unknown or not of its form; `errors` says which.',
	},
	invalid_cursor: { status: 422, meaning: 'The cursor is not of this list and its filters.' },
	invalid_idempotency_key: {
		status: 422,
		meaning: 'The `Idempotency-Key` is empty, too long, or not printable.',
	},
	idempotency_key_reused: { status: 422, meaning: 'The `Idempotency-Key` was sent with another body before.' },
	rate_limited: {
		status: 429,
		meaning:
			'The key has used up its requests of this minute, or too many logins or calls wait; see `Retry-After`.',
	},
	too_many_refused_keys: {
		status: 429,
		meaning: 'Too many refused API keys or logins came from this address; it is blocked for a while.',
	},
	odoo_validation: { status: 400, meaning: 'Odoo refuses these values.' },
	odoo_user_error: { status: 400, meaning: 'Odoo refuses the call.' },
	odoo_unknown_field: { status: 400, meaning: 'The field does not exist.' },
	odoo_bad_arguments: { status: 400, meaning: 'The arguments do not fit the method.' },
	odoo_access_denied: { status: 403, meaning: 'Odoo denies access.' },
	odoo_missing_record: { status: 404, meaning: 'The record does not exist.' },
	odoo_unknown_model: { status: 404, meaning: 'The model does not exist.' },
	odoo_unknown_method: { status: 404, meaning: 'The method does not exist.' },
	odoo_authentication_failed: { status: 502, meaning: 'Odoo does not let the connection in.' },
	odoo_database_not_found: { status: 502, meaning: 'The Odoo database does not exist.' },
	odoo_not_odoo: { status: 502, meaning: 'No Odoo answers at the URL of the connection.' },
	odoo_tls_failed: { status: 502, meaning: 'The TLS certificate of Odoo is not accepted, or it speaks no TLS.' },
	odoo_busy: {
		status: 503,
		meaning: 'Odoo, or a proxy before it, refuses more requests for now; see `Retry-After`.',
	},
	odoo_proxy_denied: { status: 502, meaning: 'A proxy or firewall before Odoo does not let the service through.' },
	odoo_request_too_large: { status: 413, meaning: 'The request is larger than a proxy before Odoo lets through.' },
	odoo_unreachable: { status: 502, meaning: 'Odoo cannot be reached.' },
	odoo_refused_address: { status: 502, meaning: 'The URL of the connection leads where it may not.' },
	odoo_too_large: { status: 502, meaning: "Odoo's answer is too large." },
	odoo_server_error: { status: 502, meaning: 'Odoo failed.' },
	server_address_refused: { status: 422, meaning: 'The address of the server leads where it may not.' },
	server_unreachable: { status: 502, meaning: 'The Docker Engine of the server does not answer.' },
	server_credentials_refused: {
		status: 502,
		meaning: 'The server and the service did not accept the certificates or keys of each other.',
	},
	deletion_failed: { status: 502, meaning: 'The runtime did not remove the environment; it can be deleted again.' },
	assistant_unavailable: { status: 502, meaning: 'The language model of the assistant did not answer.' },
	database_unavailable: {
		status: 503,
		meaning: "The service's database does not answer for now; send the request again after `Retry-After`.",
	},
	odoo_timeout: { status: 504, meaning: 'Odoo did not answer in time.' },
	internal_error: { status: 500, meaning: 'Something failed on our side; quote the `request_id`.' },
} as const satisfies Readonly<Record<string, ErrorReason>>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** All of them, in the order of the documentation. */
export const errorCodes = Object.keys(ERROR_CODES).filter((code): code is ErrorCode => code in ERROR_CODES);
