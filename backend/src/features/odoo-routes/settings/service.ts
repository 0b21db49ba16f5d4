import type { OrganizationId } from '../../../core/ids';
import type { TenantCollection } from '../../../database/tenant-collection';
import type { SettingsDocument } from './model';
import { DEFAULTS, type OdooSettings } from './parameters';

export interface OdooSettingsService {
	/** The settings of an organization, with defaults for those never set. */
	get(organization: OrganizationId): Promise<OdooSettings>;
	/** Changes these settings and answers all of them. */
	change(organization: OrganizationId, change: Partial<OdooSettings>): Promise<OdooSettings>;
}

export function createOdooSettingsService({
	settings,
}: {
	settings: TenantCollection<SettingsDocument>;
}): OdooSettingsService {
	return {
		get: async (organization) => complete(await settings.findOne(organization, { _id: organization })),
		async change(organization, change) {
			const filter = { _id: organization };
			const changed = await settings.update(organization, filter, { $set: change }, { upsert: true });
			return complete(changed);
		},
	};
}

const complete = (document: SettingsDocument | null): OdooSettings => {
	const { _id, organization_id, ...set } = document ?? {};
	return { ...DEFAULTS, ...set };
};
