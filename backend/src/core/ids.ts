import { randomInt } from 'node:crypto';
import { encodeTime, monotonicFactory } from 'ulid';
import { z } from 'zod';
import type { Clock } from './clock';

/** The prefix of every kind of id, by what it names. */
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
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

/** A prefixed ULID, e.g. `env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`; ids of different kinds do not mix. Sorts by time of making. */
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

const ULID = '[0-7][0-9A-HJKMNP-TV-Z]{25}';
const ONLY_ULID = new RegExp(`^${ULID}$`);

/** Whether `value` is an id of that kind, by its form alone. */
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

/** The smallest id of a kind that can be made at that time: ids begin with it, so that a range of them is one of time. */
export const firstId = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	idSchema(kind).parse(`${ID_PREFIXES[kind]}_${encodeTime(Math.max(0, time.getTime()), 10)}${'0'.repeat(16)}`);

/** How far the time in an id may be from the one that is kept beside it: they are taken one after the other. */
const SLACK_MS = 60_000;

/** An id that comes before all of what is kept with that time or a later one. */
export const idBefore = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	firstId(kind, new Date(time.getTime() - SLACK_MS));

/** An id that comes after all of what is kept with an earlier time. */
export const idAfter = <K extends IdKind>(kind: K, time: Date): Id<K> =>
	firstId(kind, new Date(time.getTime() + SLACK_MS));

/** Makes new ids: unique, and in the order of their making within one process. */
export interface Ids {
	next<K extends IdKind>(kind: K): Id<K>;
}

/** From 0 to 1; of the platform's cryptographic randomness, of which Node.js keeps a store for this. */
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
