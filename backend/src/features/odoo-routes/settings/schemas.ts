import { z } from 'zod';
import { idSchema, type OrganizationId } from '../../../core/ids';
import { organizationField } from '../../../access/organization-for';
import { DEFAULTS, type OdooSettings, PARAMETERS } from './parameters';

const PREFIX = 'webhook.';

const withPrefix = <T>(parameters: Readonly<Record<string, T>>) =>
	Object.fromEntries(Object.entries(parameters).map(([name, value]): [string, T] => [PREFIX + name, value]));

/** The parameters under the names that the module's documentation gives them. */
const documented = withPrefix<z.ZodType>(PARAMETERS);

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
	.object({
		org_id: idSchema('organization').meta({ description: 'The organization whose settings these are' }),
		...documented,
	})
	.meta({
		id: 'OdooSettings',
		examples: [{ org_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D', ...withPrefix(DEFAULTS) }],
	});

export const presentSettings = (org_id: OrganizationId, settings: OdooSettings) => ({
	org_id,
	...withPrefix(settings),
});

const withoutPrefix = (change: object) =>
	Object.fromEntries(
		Object.entries(change).map(([name, value]): [string, unknown] => [name.slice(PREFIX.length), value]),
	);
