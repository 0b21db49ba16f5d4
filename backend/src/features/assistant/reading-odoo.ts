import type { Clock } from '../../core/clock';
import type { CallOptions, OdooCall, OdooClient } from '../../odoo/client';
import { OdooError } from '../../odoo/errors';
import type { JsonObject, JsonValue } from '../../odoo/json';
import { describeOdoo, listOf } from '../../odoo/descriptions';
import {
	type Company,
	type Grouping,
	MAX_DURATION_MS,
	MAX_QUERIES,
	MAX_RECORDS,
	ReadingLimitError,
	type ReadingOdoo,
	type Search,
} from './planner';

/** The first version with `formatted_read_group` in the place of `read_group`. */
const FORMATTED_SINCE = 19;

/** The only methods that are ever sent, so that a planner cannot write, whatever it asks for. */
type QueryMethod = 'search_read' | 'search_count' | 'read_group' | 'formatted_read_group';

/** Periods are named in English and begin and end in UTC, whatever the user's settings. */
const CONTEXT: JsonObject = { lang: 'en_US', tz: 'UTC' };

/** Lets a planner read through `client` for one question, and records the queries. */
export function createReadingOdoo(
	client: OdooClient,
	{ clock, signal }: { clock: Clock; signal?: AbortSignal | undefined },
): ReadingOdoo {
	const end = clock.now().getTime() + MAX_DURATION_MS;
	const queries: OdooCall[] = [];
	const descriptions = describeOdoo(client);

	const options = (): CallOptions => {
		signal?.throwIfAborted();
		const timeoutMs = end - clock.now().getTime();
		if (timeoutMs <= 0) {
			throw new OdooError('timeout', `Odoo took more than ${MAX_DURATION_MS / 1000} seconds for the question.`);
		}
		return { timeoutMs, ...(signal && { signal }) };
	};
	const query = async (model: string, method: QueryMethod, args: JsonValue[], kwargs: JsonObject) => {
		if (queries.length >= MAX_QUERIES) {
			throw new ReadingLimitError(`The question takes more than ${MAX_QUERIES} queries; ask for less at once.`);
		}
		const call = { model, method, args, kwargs };
		queries.push(call);
		return client.call(call, options());
	};
	const group = async (ask: typeof query, model: string, grouping: Grouping) =>
		client.version.major >= FORMATTED_SINCE
			? formattedRows(await ask(model, 'formatted_read_group', ...formattedGroup(grouping)))
			: plainRows(await ask(model, 'read_group', ...plainGroup(grouping)), grouping);
	/** Asks what is no answer yet: which companies and currencies there are. */
	const beside: typeof query = async (model, method, args, kwargs) =>
		client.call({ model, method, args, kwargs }, options());
	let companies: Promise<readonly Company[]> | undefined;
	const searched = ({ domain, fields, order, limit }: Search): [JsonValue[], JsonObject] => [
		[[...domain]],
		{ fields: [...fields], limit: within(limit), ...(order === undefined ? {} : { order }) },
	];

	return {
		version: client.version,
		queries,
		models: async () => descriptions.models(options()),
		describe: async (model) => descriptions.describe(model, options()),
		search: async (model, search) => listOf(await query(model, 'search_read', ...searched(search))),
		async count(model, domain) {
			const found = await query(model, 'search_count', [[...domain]], {});
			return typeof found === 'number' ? found : 0;
		},
		group: async (model, grouping) => group(query, model, grouping),
		companies: () => (companies ??= readCompanies(beside)),
		async currencies(model, field) {
			const grouping = { domain: [], groupBy: [field], aggregates: [], limit: MAX_RECORDS };
			const rows = await group(beside, model, grouping);
			return rows.flatMap((row) => nameOf(row[field]) ?? []);
		},
	};
}

async function readCompanies(
	ask: (model: string, method: 'search_read', args: JsonValue[], kwargs: JsonObject) => Promise<JsonValue>,
): Promise<readonly Company[]> {
	const rows = await ask('res.company', 'search_read', [[]], { fields: ['currency_id'], limit: MAX_RECORDS });
	return listOf(rows).flatMap(({ id, currency_id }) =>
		typeof id === 'number' ? [{ id, currency: nameOf(currency_id) }] : [],
	);
}

/** The name in the value of a many2one field, `[7, 'Acme']`. */
function nameOf(value: JsonValue | undefined): string | undefined {
	const name = Array.isArray(value) ? value[1] : undefined;
	return typeof name === 'string' ? name : undefined;
}

const within = (limit: number) => Math.max(1, Math.min(limit, MAX_RECORDS));

/** https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html, `formatted_read_group` */
function formattedGroup({ domain, groupBy, aggregates, order, limit }: Grouping): [JsonValue[], JsonObject] {
	const names = aggregates.map((each) => `${each.field}:${each.function}`);
	const by = order && (order.by === 'count' ? '__count' : order.by);
	return [
		[[...domain]],
		{
			groupby: [...groupBy],
			aggregates: ['__count', ...names],
			limit: within(limit),
			...(order ? { order: `${by} ${order.descending ? 'desc' : 'asc'}` } : {}),
			context: CONTEXT,
		},
	];
}

/** The groups of `formatted_read_group`, without what is for the web client. It gives a period as `[start, name]`. */
const formattedRows = (answer: JsonValue): JsonObject[] =>
	listOf(answer).map(({ __extra_domain, __count, ...row }) => ({
		...Object.fromEntries(
			Object.entries(row).map(([name, value]) => [name, isSpan(name, value) ? (value[1] ?? false) : value]),
		),
		count: __count ?? 0,
	}));

const isSpan = (name: string, value: JsonValue): value is JsonValue[] =>
	/:(day|week|month|quarter|year)$/.test(name) && Array.isArray(value);

/** Gives each aggregate a name of its own: those that `read_group` chooses can be the same for two of them. */
function plainGroup({ domain, groupBy, aggregates, order, limit }: Grouping): [JsonValue[], JsonObject] {
	const names = aggregates.map((each, index) => `a${index}:${each.function}(${each.field})`);
	const column = aggregates.findIndex((each) => `${each.field}:${each.function}` === order?.by);
	const by = order?.by === 'count' ? 'records' : column >= 0 ? `a${column}` : order?.by;
	return [
		[[...domain]],
		{
			fields: ['records:count(id)', ...names],
			groupby: [...groupBy],
			limit: within(limit),
			...(order ? { orderby: `${by} ${order.descending ? 'desc' : 'asc'}` } : {}),
			lazy: false,
			context: CONTEXT,
		},
	];
}

const plainRows = (answer: JsonValue, { groupBy, aggregates }: Grouping): JsonObject[] =>
	listOf(answer).map((row) => ({
		...Object.fromEntries(groupBy.map((by) => [by, row[by] ?? false])),
		...Object.fromEntries(
			aggregates.map((each, index) => [`${each.field}:${each.function}`, row[`a${index}`] ?? false]),
		),
		count: row.__count ?? 0,
	}));
