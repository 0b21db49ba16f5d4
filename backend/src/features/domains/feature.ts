import type { Clock } from '../../core/clock';
import type { TenantCollection } from '../../database/tenant-collection';
import { EngineError } from '../../docker/errors';
import type { Runtimes } from '../../runtimes/runtimes';
import type { EnvironmentsService } from '../environments/service';
import type { DomainDocument } from './model';
import type { NameRecords } from './proof';
import { domainRoutes } from './routes';
import { createDomainsService } from './service';

/** Domains of environments' owners. */
export function createDomains({
	runtimes,
	...parts
}: {
	domains: TenantCollection<DomainDocument>;
	environments: Pick<EnvironmentsService, 'get' | 'find'>;
	runtimes: Pick<Runtimes, 'of'>;
	names: NameRecords;
	clock: Clock;
}) {
	const service = createDomainsService({
		...parts,
		follow: async ({ runtime, placement }) => {
			if (placement === null) return;
			try {
				await runtimes.of(runtime).upkeep?.routeAnew(placement.server_id);
			} catch (error) {
				// Upkeep does it once the server answers.
				if (!(error instanceof EngineError)) throw error;
			}
		},
	});
	return { service, routes: domainRoutes({ domains: service }) };
}
