import type { Connection } from 'mongoose';
import type { PlatformEvent } from '../../core/events';
import type { EventId, OrganizationId } from '../../core/ids';
import { anything, nullable } from '../../database/fields';
import { tenantCollection } from '../../database/tenant-collection';

/** How long events are kept, in seconds: the documents' "30 days of history". */
const RETENTION_SECONDS = 30 * 24 * 60 * 60;

/** An event in the organization's history, written when it left its outbox. */
export interface EventDocument extends Omit<PlatformEvent, 'id'> {
	readonly _id: EventId;
	readonly organization_id: OrganizationId;
}

export const eventCollection = (connection: Connection) =>
	tenantCollection<EventDocument>(connection, {
		name: 'events',
		fields: {
			type: String,
			created_at: Date,
			project_id: nullable(String),
			environment_id: nullable(String),
			data: anything,
		},
		indexes: [[{ organization_id: 1, _id: -1 }], [{ created_at: 1 }, { expireAfterSeconds: RETENTION_SECONDS }]],
	});
