import { z } from 'zod';
import type { EnvironmentId, EventId, OrganizationId, ProjectId } from './ids';

/** Everything the platform announces (the documents' list, as settled in the decisions). */
export const EVENT_TYPES = [
	'deployment.queued',
	'deployment.started',
	'deployment.succeeded',
	'deployment.failed',
	'deployment.canceled',
	'environment.created',
	'environment.status_changed',
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
