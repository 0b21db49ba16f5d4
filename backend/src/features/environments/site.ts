import type { EnvironmentId } from '../../core/ids';
import type { TenantCollection } from '../../database/tenant-collection';
import type { FoundSite, RuntimeSite, SiteSettings } from '../../runtimes/runtime';
import type { RuntimeKind } from '../../runtimes/runtimes';
import { ALIVE, type StoredEnvironment } from './model';

/** What is not said when an environment is made. */
export const DEFAULT_SETTINGS: SiteSettings = {
	modules: null,
	demo_data: false,
	workers: 2,
	memory_mb: 1_024,
	cpus: 2,
};

/** What a runtime needs to know of an environment. */
export const siteOf = ({
	_id,
	organization_id,
	odoo_version,
	settings,
	placement,
}: StoredEnvironment): RuntimeSite => ({ id: _id, organization_id, odoo_version, settings, placement });

/**
 * Finds an environment for its runtime, which knows it by its address alone: whoever's it is, unless another runtime runs
 * it or it is being deleted.
 */
export const createSiteFinder =
	(environments: TenantCollection<StoredEnvironment>) =>
	async (runtime: RuntimeKind, id: EnvironmentId): Promise<FoundSite | null> => {
		const environment = await environments.everywhere.findOne({ _id: id, runtime, ...ALIVE });
		if (environment === null || environment.status === 'deleting') return null;
		return { ...siteOf(environment), stopped: environment.status === 'stopped' };
	};
