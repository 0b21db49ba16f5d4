import type { Caller } from '../../access/caller';
import { ApiError } from '../../core/errors';
import type { OdooCall, OdooClient } from '../../odoo/client';

/** Models whose records are secrets, which Odoo keeps from all but administrators, as whom a connection may work. */
const SECRET_MODELS: ReadonlySet<string> = new Set([
	'auth.oauth.provider',
	'auth_totp.device',
	'certificate.certificate',
	'certificate.key',
	'fetchmail.server',
	'iap.account',
	'ir.config_parameter',
	'ir.mail_server',
	'payment.acquirer',
	'payment.provider',
	'payment.token',
	'res.company.ldap',
	'res.users.apikeys',
	'res.users.identitycheck',
]);

/** A path of `export_data` that ends in a field with the name of a secret. */
const SECRET_PATH = /(?:^|[/.])[^/.]*(?:pass|secret|token|key|pin|otp)[^/.]*$/i;

const readers = new WeakMap<OdooClient, OdooClient>();

/**
 * The client for whoever calls: a key with `odoo:read` alone is let to no secrets, be it by their model, by a relation or
 * by a question in words. Its calls reject with 403 `permission_denied`.
 */
export function clientFor({ permissions }: Pick<Caller, 'permissions'>, client: OdooClient): OdooClient {
	if (permissions.has('odoo:write')) return client;
	const known = readers.get(client);
	if (known) return known;
	const reader: OdooClient = {
		...client,
		call: async (request, options) => {
			refuseSecrets(request);
			return client.call(request, options);
		},
	};
	readers.set(client, reader);
	return reader;
}

function refuseSecrets({ model, method, args, kwargs }: OdooCall): void {
	if (method === 'fields_get') return;
	if (SECRET_MODELS.has(model)) throw denied(`The model ${model} holds passwords, keys or tokens`);
	if (method !== 'export_data') return;
	const paths = args[1] ?? kwargs.fields_to_export;
	for (const path of Array.isArray(paths) ? paths : []) {
		if (typeof path !== 'string' || !SECRET_PATH.test(path)) continue;
		throw denied(`The field ${path} may hold a password, key or token`);
	}
}

const denied = (what: string) =>
	new ApiError(
		'permission_denied',
		`${what}, which the permission odoo:read does not open, whatever the connection's user may see. Use a key with odoo:write.`,
		{ members: { required_permission: 'odoo:write' } },
	);
