import { z } from 'zod';
import type { EnvironmentId, EventId, OrganizationId, ProjectId } from './ids';

/** Everything the platform announces, now or when the capability comes: receivers may ask for all of it already. */
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
	'server.degraded',
	'server.recovered',
	'automation_rule.triggered',
	'automation_rule.failed',
	'webhook.paused',
] as const;

export const eventTypeSchema = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof eventTypeSchema>;

/** A fact: something that happened to an organization, never changed afterwards. `data` is what receivers are sent. */
export interface PlatformEvent {
	readonly id: EventId;
	readonly type: EventType;
	readonly created_at: Date;
	readonly organization_id: OrganizationId;
	readonly project_id: ProjectId | null;
	readonly environment_id: EnvironmentId | null;
	readonly data: Readonly<Record<string, unknown>>;
}
