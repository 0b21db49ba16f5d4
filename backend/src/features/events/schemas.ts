import { z } from 'zod';
import { eventTypeSchema } from '../../core/events';
import { idSchema } from '../../core/ids';
import { createdAt, ownerId, ownId } from '../../http/fields';
import type { EventDocument } from './model';
import { payloadSchema } from './payloads';

export const eventSchema = z
	.object({
		id: ownId('event'),
		org_id: ownerId,
		type: eventTypeSchema.describe(
			'What happened, `family.fact`; some are named here before the service announces them, and can be asked for already',
		),
		created_at: createdAt,
		project_id: idSchema('project').nullable().describe('The project that it is about; null for one about none'),
		environment_id: idSchema('environment')
			.nullable()
			.describe('The environment that it is about, be it deleted by now; null for one about none'),
		data: payloadSchema.describe(
			'What webhooks of the format `generic` are sent: what the event is about, as it was then',
		),
	})
	.meta({
		id: 'Event',
		examples: [
			{
				id: 'evt_01HXMZ7W2NK4R5T7V9X1Z3B5C7',
				org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D',
				type: 'deployment.succeeded',
				created_at: '2026-05-07T14:24:58.310Z',
				project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
				data: {
					deployment: {
						id: 'dep_01HXMZ4T8QK2R5T7V9X1Z3B5C7',
						environment_id: 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
						project_id: 'prj_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
						git_sha: '9f2c1e7ab3d4056178c9e0f1a2b3c4d5e6f70819',
						git_branch: 'main',
						started_at: '2026-05-07T14:23:11.940Z',
						finished_at: '2026-05-07T14:24:58.310Z',
						duration_seconds: 106,
						actor: 'ci',
						status: 'succeeded',
						error: null,
					},
					environment: {
						name: 'staging',
						primary_url: 'https://odoo.example.com/sandbox/env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B',
						odoo_version: '19.0',
					},
				},
			},
		],
	});

export const presentEvent = (event: EventDocument) => ({
	id: event._id,
	org_id: event.organization_id,
	type: event.type,
	created_at: event.created_at.toISOString(),
	project_id: event.project_id,
	environment_id: event.environment_id,
	data: event.data,
});
