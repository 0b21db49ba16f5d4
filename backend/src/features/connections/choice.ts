import { z } from 'zod';
import { ApiError, invalidInput } from '../../core/errors';
import { idSchema } from '../../core/ids';
import type { Caller } from '../../access/caller';
import type { ConnectionChoice } from './service';

/** The fields by which a request says which Odoo is meant. */
export const connectionChoice = {
	connection: z.string().min(1).max(100).optional().meta({
		description:
			"The id or name of the Odoo connection that is meant; left out, the key's own or the default one serves",
	}),
	environment_id: idSchema('environment').optional().meta({
		description:
			'The environment whose own connection is meant, in place of `connection`; not with a key that is bound',
	}),
};

/**
 * Which Odoo a request means: that of its key, which leads nowhere else; or the one that it names; or else the
 * organization's default.
 * @throws {ApiError} 403 `connection_bound`; 422 where it names two
 */
export function choiceOf(
	{ connection_id }: Pick<Caller, 'connection_id'>,
	{ connection, environment_id }: ConnectionChoice,
): ConnectionChoice {
	if (connection !== undefined && environment_id !== undefined) {
		throw invalidInput('/environment_id', 'connection says already which Odoo is meant; send one of them');
	}
	if (connection_id === null) return { connection, environment_id };
	if (environment_id !== undefined || (connection !== undefined && connection !== connection_id)) {
		const detail = 'The API key is bound to one Odoo connection. Leave out connection and environment_id.';
		throw new ApiError(403, 'connection_bound', detail);
	}
	return { connection: connection_id };
}
