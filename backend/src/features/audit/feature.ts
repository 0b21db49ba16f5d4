import type { Clock } from '../../core/clock';
import type { Ids } from '../../core/ids';
import type { Logger } from '../../core/log';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Pager } from '../../http/page';
import type { EventCarriage } from '../events/feature';
import type { AuditDocument } from './model';
import { firstOwner, type OwnerOf } from './owner-of';
import { auditRoutes } from './routes';
import { createAuditService } from './service';

/** Who changed what: written by the request pipeline, and for what the service does by itself from events. */
export function createAudit({
	auditEntries: entries,
	owners,
	events,
	clock,
	ids,
	log,
	pager,
}: {
	auditEntries: TenantCollection<AuditDocument>;
	/** Who knows whose the things are that the paths of requests name. */
	owners: readonly OwnerOf[];
	events: Pick<EventCarriage, 'carryTo'>;
	clock: Clock;
	ids: Ids;
	log: Logger;
	pager: Pager;
}) {
	const service = createAuditService({ entries, ownerOf: firstOwner(owners), clock, ids, log });
	events.carryTo((...carried) => service.note(carried));
	return { service, routes: auditRoutes({ auditLog: service, pager }) };
}
