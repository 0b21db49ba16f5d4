import { z } from 'zod';
import { ApiError, invalidInput } from '../../core/errors';
import { type EnvironmentId, idSchema, type OdooLoginId } from '../../core/ids';
import type { Caller } from '../../access/caller';

/** The fields by which a request says which Odoo is meant. */
export const connectionFields = {
	connection: z.string().min(1).max(100).optional().meta({
		description:
			"The id or name of the Odoo connection that is meant; left out, the key's own or the default one serves",
	}),
	environment_id: idSchema('environment').optional().meta({
		description:
			'The environment whose own connection is meant, in place of `connection`; not with a key that is bound',
	}),
};

/** What a request says in them. */
export type NamedConnection = z.output<z.ZodObject<typeof connectionFields>>;

/**
 * Which connection is meant: the organization's default; one by its id or name; that of an environment; or the one at
 * which somebody logged in to their Odoo, which is then used as they may use it.
 */
export type ConnectionChoice =
	| { readonly by: 'default' }
	| { readonly by: 'name'; readonly name: string }
	| { readonly by: 'environment'; readonly id: EnvironmentId }
	| { readonly by: 'login'; readonly id: OdooLoginId };

/**
 * Which Odoo a request means: that of its key or login, which lead nowhere else; or the one that it names; or else the
 * organization's default.
 * @throws {ApiError} 403 `connection_bound`; 422 where it names two
 */
export function choiceOf(caller: Caller, named: NamedConnection): ConnectionChoice {
	if (named.connection !== undefined && named.environment_id !== undefined) {
		throw invalidInput('/environment_id', 'connection says already which Odoo is meant; send one of them');
	}
	switch (caller.kind) {
		case 'key': {
			const { connection_id: bound } = caller;
			if (bound === null) return asNamed(named);
			if (named.connection !== bound) refuseAny(named);
			return { by: 'name', name: bound };
		}
		case 'odoo_login':
			refuseAny(named);
			return { by: 'login', id: caller.login_id };
		case 'user':
		case 'acting':
			return asNamed(named);
	}
}

function asNamed({ connection, environment_id }: NamedConnection): ConnectionChoice {
	if (environment_id !== undefined) return { by: 'environment', id: environment_id };
	return connection === undefined ? { by: 'default' } : { by: 'name', name: connection };
}

function refuseAny({ connection, environment_id }: NamedConnection) {
	if (connection === undefined && environment_id === undefined) return;
	const detail = 'The API key is bound to one Odoo connection. Leave out connection and environment_id.';
	throw new ApiError('connection_bound', detail);
}
