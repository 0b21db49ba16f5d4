import { systemClock } from '../../backend/src/core/clock';
import type { OdooCall, OdooClient, OdooTransportName } from '../../backend/src/odoo/client';
import { connectOdoo } from '../../backend/src/odoo/connect';
import type { JsonObject, JsonValue } from '../../backend/src/odoo/json';
import { createFieldCatalogs } from '../../backend/src/odoo/records/fields';
import { createRecords, type Records } from '../../backend/src/odoo/records/records';
import { createValsSchema, updateValsSchema } from '../../backend/src/odoo/records/vals';
import type { OdooServer } from './odoo-servers';

/** Stands before Odoo: may refuse a call, or lose its answer. */
export type Gate = (request: OdooCall, send: () => Promise<JsonValue>) => Promise<JsonValue>;

/** The friendly record calls over one Odoo, with a look at what it is asked. */
export interface TestRecords {
	readonly records: Records;
	readonly major: number;
	/** What Odoo was asked through `records` since it was last emptied, `fields_get` left out. */
	readonly calls: OdooCall[];
	/** Puts a gate before Odoo for the calls of `records`; none takes it away. */
	guard(gate?: Gate): void;
	/** Calls Odoo past the gate. */
	call(model: string, method: string, args?: JsonValue[], kwargs?: JsonObject): Promise<JsonValue>;
	create(model: string, vals: unknown): ReturnType<Records['create']>;
	update(model: string, vals: unknown): ReturnType<Records['update']>;
	createOrUpdate(model: string, vals: unknown): ReturnType<Records['createOrUpdate']>;
	close(): Promise<void>;
}

export async function openRecords(
	server: OdooServer,
	{
		transport,
		ignoreCompanyOf = [],
		createsWithSearchKey = false,
	}: { transport?: OdooTransportName; ignoreCompanyOf?: string[]; createsWithSearchKey?: boolean } = {},
): Promise<TestRecords> {
	const { access, fetch, close } = await server.open();
	const client = await connectOdoo(access, { fetch, clock: systemClock }, transport ? { transport } : {});
	const calls: OdooCall[] = [];
	let gate: Gate | undefined;
	const guarded: OdooClient = {
		...client,
		call: (request, options) => {
			if (request.method === 'fields_get') return client.call(request, options);
			calls.push(request);
			const send = async () => {
				const answer = await client.call(request, options);
				// A sandbox in this process hears of no signal.
				options?.signal?.throwIfAborted();
				return answer;
			};
			return gate ? gate(request, send) : send();
		},
	};
	const fields = createFieldCatalogs({ clock: systemClock }).of('test', guarded);
	const records = createRecords({
		client: guarded,
		fields,
		ignoreCompanyOf: new Set(ignoreCompanyOf),
		createsWithSearchKey,
	});
	return {
		records,
		major: server.major,
		calls,
		close,
		guard: (next) => {
			gate = next;
		},
		call: (model, method, args = [], kwargs = {}) => client.call({ model, method, args, kwargs }),
		create: (model, vals) => records.create(model, createValsSchema.parse(vals)),
		update: (model, vals) => records.update(model, updateValsSchema.parse(vals)),
		createOrUpdate: (model, vals) => records.createOrUpdate(model, updateValsSchema.parse(vals)),
	};
}
