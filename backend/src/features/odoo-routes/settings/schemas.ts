import { z } from 'zod';
import { idSchema, type OrganizationId } from '../../../core/ids';
import { organizationField } from '../../../http/organization-for';
import { type OdooSettings, PARAMETERS } from './parameters';

const PREFIX = 'webhook.';

/** The parameters under the names that the module's documentation gives them. */
const documented = Object.fromEntries(
	Object.entries(PARAMETERS).map(([name, schema]): [string, z.ZodType] => [PREFIX + name, schema]),
);

const changeSchema = z.strictObject(PARAMETERS).partial();

export const settingsQuery = z.strictObject(organizationField);

export const settingsChange = z
	.strictObject({ ...z.strictObject(documented).partial().shape, ...organizationField })
	.transform(({ org_id, ...change }) => ({ org_id, change: changeSchema.parse(withoutPrefix(change)) }))
	.meta({
		id: 'OdooSettingsChange',
		examples: [{ 'webhook.preview_limit': 5000, 'webhook.search_data_log': false }],
	});

export const settingsSchema = z
	.object({ org_id: idSchema('organization'), ...documented })
	.meta({ id: 'OdooSettings' });

export const presentSettings = (org_id: OrganizationId, settings: OdooSettings) => ({
	org_id,
	...Object.fromEntries(Object.entries(settings).map(([name, value]): [string, unknown] => [PREFIX + name, value])),
});

const withoutPrefix = (change: object) =>
	Object.fromEntries(
		Object.entries(change).map(([name, value]): [string, unknown] => [name.slice(PREFIX.length), value]),
	);
