import { randomInt } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';
import { z } from 'zod';
import type { Clock } from './clock';

/** The prefix of each kind of id. */
export const ID_PREFIXES = {
	organization: 'org',
	user: 'usr',
	project: 'prj',
	environment: 'env',
	deployment: 'dep',
	job: 'job',
	key: 'key',
	webhook: 'whk',
	delivery: 'dlv',
	event: 'evt',
	connection: 'con',
	odoo_login: 'ses',
	audit: 'aud',
	log: 'log',
	callback: 'cbk',
	server: 'srv',
	backup: 'bak',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A prefixed ULID, e.g. `env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`. Ids sort by their time. Kinds are different types. */
export type Id<K extends IdKind> = string & z.$brand<K>;

export type OrganizationId = Id<'organization'>;
export type UserId = Id<'user'>;
export type ProjectId = Id<'project'>;
export type EnvironmentId = Id<'environment'>;
export type DeploymentId = Id<'deployment'>;
export type JobId = Id<'job'>;
export type KeyId = Id<'key'>;
export type WebhookId = Id<'webhook'>;
export type DeliveryId = Id<'delivery'>;
export type EventId = Id<'event'>;
export type ConnectionId = Id<'connection'>;
export type OdooLoginId = Id<'odoo_login'>;
export type AuditId = Id<'audit'>;
export type LogId = Id<'log'>;
export type CallbackId = Id<'callback'>;
export type ServerId = Id<'server'>;
export type BackupId = Id<'backup'>;

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const ONLY_ULID = new RegExp(`^${ULID}$`);

/** Whether `value` has the form of an id of that kind. */
export function isId<K extends IdKind>(kind: K, value: unknown): value is Id<K> {
	const prefix = `${ID_PREFIXES[kind]}_`;
	return typeof value === 'string' && value.startsWith(prefix) && ONLY_ULID.test(value.slice(prefix.length));
}

const pattern = (kind: IdKind) => `^${ID_PREFIXES[kind]}_${ULID}$`;

/** The zod schema of an id of that kind. */
export function idSchema<K extends IdKind>(kind: K) {
	return z
		.custom<Id<K>>(
			(value) => isId(kind, value),
			`must be an id such as ${ID_PREFIXES[kind]}_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`,
		)
		.meta({ type: 'string', pattern: pattern(kind) });
}

/** The smallest id of a kind for that time. Ids begin with their time, so a range of ids is a range of time. */
export const firstId = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	idSchema(kind).parse(`${ID_PREFIXES[kind]}_${encodeTime(Math.max(0, time.getTime()), 10)}${'0'.repeat(16)}`);

/** How far an id's time may be from `created_at` in the same document. The two are read one after the other. */
const SLACK_MS = 60_000;

/** An id smaller than those of all documents of that time or later. */
export const idBefore = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	firstId(kind, new Date(time.getTime() - SLACK_MS));

/** An id greater than those of all documents of an earlier time. */
export const idAfter = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	firstId(kind, new Date(time.getTime() + SLACK_MS));

/** Makes unique ids. Within one process, each is greater than the one before. */
export interface Ids {
	next<K extends IdKind>(kind: K): Id<K>;
}

/** A random number from 0 to 1, cryptographically secure. `randomInt` is fast because Node.js buffers random bytes. */
const secureRandom = () => randomInt(2 ** 32) / 2 ** 32;

/** Ids from the clock and a source of randomness. */
export function createIds(clock: Clock, random: () => number = secureRandom): Ids {
	const ulid = monotonicFactory(random);
	return {
		next: (kind) => {
			const id = `${ID_PREFIXES[kind]}_${ulid(clock.now().getTime())}`;
			if (!isId(kind, id)) throw new Error(`${id} is no id, though it was made as one`);
			return id;
		},
	};
}

/** Whose documents a query may see: one organization's, or those of several. What is made belongs to one. */
export type Tenant = OrganizationId | readonly OrganizationId[];
