import { type ConnectionId, type EnvironmentId, ID_PREFIXES, idSchema } from '../../core/ids';

/**
 * An environment's own connection is nowhere kept: it is the environment, seen as a connection, so that the two cannot
 * part. Their ids differ in the prefix alone.
 */
export const connectionOf = (environment: EnvironmentId): ConnectionId =>
	idSchema('connection').parse(environment.replace(ID_PREFIXES.environment, ID_PREFIXES.connection));

/** The environment whose own connection has that id, should there be one. */
export const environmentOf = (connection: ConnectionId): EnvironmentId =>
	idSchema('environment').parse(connection.replace(ID_PREFIXES.connection, ID_PREFIXES.environment));
