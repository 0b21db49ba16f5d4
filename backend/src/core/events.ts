import { z } from 'zod';
import type { EnvironmentId, EventId, OrganizationId, ProjectId } from './ids';

/** The types of all events, including those of capabilities that are still to come. Webhooks can already name them. */
export const EVENT_TYPES = [
	'deployment.queued',
	'deployment.started',
	'deployment.succeeded',
	'deployment.failed',
	'deployment.canceled',
	'deployment.rolled_back',
	'environment.created',
	'environment.updated',
	'environment.deleted',
	'environment.cloned',
	'environment.status_changed',
	'backup.succeeded',
	'backup.failed',
	'server.degraded',
	'server.recovered',
	'automation_rule.triggered',
	'automation_rule.failed',
	'webhook.paused',
] as const;

export const eventTypeSchema = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof eventTypeSchema>;

/** Something that happened to an organization. Events never change. `data` is sent to receivers. */
export interface PlatformEvent {
	readonly id: EventId;
	readonly type: EventType;
	readonly created_at: Date;
	readonly organization_id: OrganizationId;
	readonly project_id: ProjectId | null;
	readonly environment_id: EnvironmentId | null;
	readonly data: Readonly<Record<string, unknown>>;
}
