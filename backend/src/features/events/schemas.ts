import { z } from 'zod';
import { eventTypeSchema } from '../../core/events';
import { idSchema } from '../../core/ids';
import type { EventDocument } from './model';

export const eventSchema = z
	.object({
		id: idSchema('event'),
		org_id: idSchema('organization'),
		type: eventTypeSchema,
		created_at: z.iso.datetime(),
		project_id: idSchema('project').nullable(),
		environment_id: idSchema('environment').nullable(),
		data: z.record(z.string(), z.unknown()).describe('What webhooks of the format generic are sent'),
	})
	.meta({ id: 'Event' });

export const presentEvent = (event: EventDocument) => ({
	id: event._id,
	org_id: event.organization_id,
	type: event.type,
	created_at: event.created_at.toISOString(),
	project_id: event.project_id,
	environment_id: event.environment_id,
	data: event.data,
});
