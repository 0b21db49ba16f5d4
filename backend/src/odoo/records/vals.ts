import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { jsonObject } from '../json-input';

/** Records of one call: those that it finds, those that it makes, and the values of one list. */
export const MAX_RECORDS = 5_000;

/** What the module says where `search_key` is missing or empty. */
const NO_SEARCH_KEY = "Parameter 'search_key' in 'vals' not found!";

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()], {
	error: 'must be a text, a number, true, false, null, or a list of such',
});

/** `{ field: value }`, all of which must match; a list means any of its values. */
export const searchKeySchema = z
	.record(z.string(), z.union([scalar, z.array(scalar).max(MAX_RECORDS)]), { error: NO_SEARCH_KEY })
	.refine((key) => Object.keys(key).length > 0, NO_SEARCH_KEY)
	.meta({
		description: `Which records are meant: \`{ field: value }\`, all of which must match; a list of up to ${MAX_RECORDS} values means any of them. No value may be empty, but \`false\` for a field that is true or false`,
	});

const values = {
	payload: jsonObject.meta({
		description:
			'The values by field. A many2one is `{ lookup_field: value }`, a many2many `{ mode, records: [{ lookup_field: value }] }` ' +
			'with the mode `add` or `replace` (if left out), a one2many a list of such payloads',
	}),
	auto_create: z
		.custom<Record<string, JsonObject | JsonObject[]>>((value) => isAutoCreate(value), {
			error: 'must give for each field an object, or a list of objects',
		})
		.meta({
			type: 'object',
			description:
				'What to make, by field, where a relation of the payload finds nothing: its values, or a list of such',
		})
		.default({}),
	result_field: z.array(z.string()).max(200).default([]).meta({
		description:
			'Fields to answer with, beside the id, at most 200. After an update of several records, each is a list in the order of the ids',
	}),
};

/** `vals` of `create_data`. */
export const createValsSchema = z.strictObject(values);

/** `vals` of `update_data` and `create_update_data`. */
export const updateValsSchema = z.strictObject({ search_key: searchKeySchema, ...values });

export type CreateVals = z.infer<typeof createValsSchema>;
export type UpdateVals = z.infer<typeof updateValsSchema>;
export type SearchKey = z.infer<typeof searchKeySchema>;

function isAutoCreate(value: unknown): boolean {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
	return Object.values(value).every((items: JsonValue) =>
		Array.isArray(items) ? items.every((item) => isJsonObject(item)) : isJsonObject(items),
	);
}
