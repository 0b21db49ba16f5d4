import type { Caller } from '../../access/caller';
import { ApiError } from '../../core/errors';
import type { ModelDescription } from '@odoo-platform/odoo-questions';
import type { CallOptions, OdooCall, OdooClient } from '../../odoo/client';
import { describeOdoo, type Descriptions } from '../../odoo/descriptions';
import type { JsonObject, JsonValue } from '../../odoo/json';
import { type MethodSignature, ORM_METHODS } from '../../odoo/methods';

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

/** What fields and models that hold secrets are called, as whole words where other words have such a part. */
const SECRET_NAME =
	/(?:^|_)(?:pin|keys?|t?otp|pass|pwd|sha|secrets?|pem|pfx|pkcs\d*)(?:_|$)|passw|passphrase|token|credential|apikey|shakey|salt/i;

/**
 * What names fields, of all methods that read. Through a relation (`mail_server_id.smtp_pass`, with `/` in exports) a
 * search could guess a secret letter by letter, and a group could show it.
 */
const NAMING_FIELDS = [
	'aggregates',
	'args',
	'domain',
	'fields',
	'fields_to_export',
	'groupby',
	'groups',
	'having',
	'order',
	'orderby',
] as const;

const clientsOfCallers = new WeakMap<OdooClient, Map<string, OdooClient>>();

/**
 * The client for whoever calls: what they ask is asked in their organization's turn, and a key with `odoo:read` alone is
 * let to no secrets, be it by their model, by a relation or by a question in words. Its calls reject with 403
 * `permission_denied`.
 */
export function clientFor(caller: Pick<Caller, 'permissions' | 'organization_id'>, client: OdooClient): OdooClient {
	const { organization_id: tenant, permissions } = caller;
	const reads = !permissions.has('odoo:write');
	const ofClient = clientsOfCallers.get(client) ?? new Map<string, OdooClient>();
	clientsOfCallers.set(client, ofClient);
	const key = `${tenant} ${reads}`;
	const known = ofClient.get(key);
	if (known) return known;
	const descriptions = describeOdoo(client);
	const own: OdooClient = {
		...client,
		call: async (request, options) => {
			if (reads) await refuseSecrets(request, descriptions, options);
			return client.call(request, { ...options, tenant });
		},
		forward: async (request, options) => {
			if (reads) await refuseSecrets(request, descriptions, options);
			return client.forward(request, { ...options, tenant });
		},
	};
	ofClient.set(key, own);
	return own;
}

/** Of so many models one call may make us ask Odoo. */
const MAX_MODELS = 100;

/** Which models there are behind relations is asked of Odoo, once for a client, and where relations are named alone. */
async function refuseSecrets(
	{ model, method, args, kwargs }: OdooCall,
	descriptions: Pick<Descriptions, 'fields'>,
	waiting?: Pick<CallOptions, 'signal'>,
): Promise<void> {
	if (method === 'fields_get') return;
	if (SECRET_MODELS.has(model)) throw denied(`The model ${model} holds passwords, keys or tokens`);
	const paths = [...new Set(pathsOf(method, args, kwargs))].map((path) => ({ path, names: path.split(/[./]/) }));
	for (const { path, names } of paths) {
		if (names.slice(1).some((name) => SECRET_NAME.test(name))) {
			throw denied(`The field ${path} may hold a password, key or token`);
		}
	}
	const asked = new Set<string>();
	for (const { path, names } of paths) {
		let behind: string | null = model;
		for (const name of names.slice(0, -1)) {
			if (asked.add(behind).size > MAX_MODELS) throw denied(`The call leads over more than ${MAX_MODELS} models`);
			const fields: ModelDescription['fields'] = await descriptions.fields(behind, waiting);
			behind = fields.get(name)?.relation ?? null;
			// Odoo itself refuses what leads nowhere.
			if (behind === null) break;
			if (SECRET_MODELS.has(behind)) {
				throw denied(`The field ${path} is of the model ${behind}, which holds passwords, keys or tokens`);
			}
		}
	}
}

/** The fields that a call names, through relations or not. */
function pathsOf(method: string, args: readonly JsonValue[], kwargs: JsonObject): string[] {
	const { onModel = true, parameters = [] } = READING_METHODS.get(method) ?? {};
	const given = onModel ? args : args.slice(1);
	const named = { ...Object.fromEntries(parameters.map((name, index) => [name, given[index]])), ...kwargs };
	return NAMING_FIELDS.flatMap((name) => pathsIn(named[name]));
}

/** In lists of fields, in texts such as `name desc, date:month`, and in conditions: there a value names nothing. */
function pathsIn(value: JsonValue | undefined): string[] {
	if (typeof value === 'string') return value.split(',').map((part) => /^[\w./]*/.exec(part.trim())?.[0] ?? '');
	if (!Array.isArray(value)) return [];
	const [left, operator, right] = value;
	const isCondition = value.length === 3 && typeof left === 'string' && typeof operator === 'string';
	if (!isCondition || !OPERATOR.test(operator)) return value.flatMap(pathsIn);
	const inner = /any!?$/i.test(operator) ? pathsIn(right) : [];
	return [left, ...inner.map((path) => `${left}.${path}`)];
}

const OPERATOR = /^(?:[=!<>]=?|<>|=\?|(?:not )?(?:=?i?like|in|any!?)|child_of|parent_of)$/i;

const READING_METHODS: ReadonlyMap<string, MethodSignature> = new Map([
	...ORM_METHODS,
	['export_data', { onModel: false, parameters: ['fields_to_export'] }],
]);

const denied = (what: string) =>
	new ApiError(
		'permission_denied',
		`${what}, which the permission odoo:read does not open, whatever the connection's user may see. Use a key with odoo:write.`,
		{ members: { required_permission: 'odoo:write' } },
	);
