import { z } from 'zod';
import { idSchema } from '../../core/ids';
import type { EventType, PlatformEvent } from '../../core/events';
import { backupSchema } from '../backups/schemas';
import { deploymentSchema } from '../deployments/schemas';
import { environmentSchema } from '../environments/schemas';
import { serverSchema } from '../servers/schemas';
import { webhookSchema } from '../webhooks/schemas';

const deployment = z.object({
	deployment: deploymentSchema
		.omit({
			job_id: true,
			git_ref: true,
			addons: true,
			addons_skipped: true,
			downtime_ms: true,
			modules_installed: true,
			modules_updated: true,
			writes_lost: true,
			created_at: true,
		})
		.describe('As it was when it came to this status'),
	environment: environmentSchema
		.pick({ name: true, primary_url: true, odoo_version: true })
		.describe('Where it is deployed to, as it was then'),
});

const environment = z.object({ environment: environmentSchema.describe('As it was then') });

const cloned = z.object({
	environment: environmentSchema.describe('The one with the copy, as it was then'),
	source: z
		.object({
			id: idSchema('environment').describe('One of the same organization'),
			name: z.string().describe('As it was then'),
		})
		.readonly()
		.describe('Whose data was copied'),
	sanitized: z.boolean().describe('Whether addresses and secrets were taken out of the copy'),
	job_id: idSchema('job').describe('The job that did it; its `result` says what was changed'),
	actor: z.string().describe('The name of the API key that asked for it'),
});

const backup = z.object({
	backup: backupSchema.describe('As it was when it ended'),
	environment: z.object({ name: z.string().describe('As it was then') }).describe('Whose data it holds'),
});

const webhook = z.object({ webhook: webhookSchema.omit({ url: true }).describe('As it was then') });

const server = z.object({
	server: serverSchema.pick({ id: true, name: true, status: true, reason: true }).describe('As it was then'),
});

/** The data of what receivers are told of a webhook, be it an event or a test. */
export type WebhookPayload = z.output<typeof webhook>;

/** An event of some types, with what is told of them and nothing else. */
interface EventOf<T extends EventType, P extends z.ZodType<PlatformEvent['data']>> extends PlatformEvent {
	readonly type: T;
	readonly data: z.output<P>;
}

/** What happened to a deployment. */
export type DeploymentEvent = EventOf<
	`deployment.${'queued' | 'started' | 'succeeded' | 'failed' | 'canceled' | 'rolled_back'}`,
	typeof deployment
>;

/** What happened to an environment. */
export type EnvironmentEvent = EventOf<
	`environment.${'created' | 'updated' | 'deleted' | 'status_changed'}`,
	typeof environment
>;

/** A copy of another environment's data has taken the place of an environment's. */
export type ClonedEvent = EventOf<'environment.cloned', typeof cloned>;

/** A backup has ended. */
export type BackupEvent = EventOf<`backup.${'succeeded' | 'failed'}`, typeof backup>;

/** A webhook was paused. */
export type PausedEvent = EventOf<'webhook.paused', typeof webhook>;

/** A server degraded or recovered. */
export type ServerEvent = EventOf<`server.${'degraded' | 'recovered'}`, typeof server>;

/** The `data` of any event; described by its type and not parsed, for history keeps what was told when it was told. */
export const payloadSchema = z.record(z.string(), z.unknown()).meta({
	anyOf: z.toJSONSchema(
		z.union([
			deployment.meta({ title: 'Of deployment.*' }),
			environment.meta({ title: 'Of environment.*, but cloned' }),
			cloned.meta({ title: 'Of environment.cloned' }),
			backup.meta({ title: 'Of backup.*' }),
			server.meta({ title: 'Of server.*' }),
			webhook.meta({ title: 'Of webhook.paused' }),
			z.record(z.string(), z.unknown()).meta({ title: 'Of types that are not announced yet' }),
		]),
		{ unrepresentable: 'any' },
	).anyOf,
});
