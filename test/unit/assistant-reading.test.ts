import { beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createIds } from '../../backend/src/core/ids';
import type { ProposalDocument } from '../../backend/src/features/assistant/model';
import { MAX_DURATION_MS, MAX_QUERIES, type Planner } from '../../backend/src/features/assistant/planner';
import { createReadingOdoo } from '../../backend/src/features/assistant/reading-odoo';
import { rulesPlanner } from '@odoo-platform/odoo-questions';
import { createAssistantService } from '../../backend/src/features/assistant/service';
import type { TenantCollection } from '../../backend/src/database/tenant-collection';
import type { OdooCall, OdooClient } from '../../backend/src/odoo/client';
import { OdooError } from '../../backend/src/odoo/errors';
import type { JsonValue } from '../../backend/src/odoo/json';
import { createFakeClock, type FakeClock } from '../support/fake-clock';
import { askRules, connectTo, sandboxServer } from '../support/planners';

let clock: FakeClock;
let calls: OdooCall[];

beforeEach(() => {
	clock = createFakeClock();
	calls = [];
});

/** An Odoo that answers by method. */
function fakeOdoo(answers: Record<string, () => JsonValue>): OdooClient {
	return {
		version: { major: 17, minor: 0, text: '17.0' },
		transport: 'json-rpc',
		call(request) {
			calls.push(request);
			const answer = answers[`${request.model}.${request.method}`] ?? answers[request.method];
			if (!answer) return Promise.reject(new OdooError('unknown_method', 'No such method.'));
			return Promise.resolve().then(answer);
		},
		forward: () => Promise.reject(new Error('not used')),
		whoAmI: () => Promise.reject(new Error('not used')),
	};
}

const denied = () => {
	throw new OdooError('access_denied', 'You are not allowed to access this.', 'odoo.exceptions.AccessError');
};

describe('what a planner may read', () => {
	it('is at most 200 records, whatever it asks for', async () => {
		const odoo = createReadingOdoo(fakeOdoo({ search_read: () => [] }), { clock });
		await odoo.search('res.partner', { domain: [], fields: ['name'], limit: 1_000_000 });
		expect(calls[0]?.kwargs).toEqual({ fields: ['name'], limit: 200 });
	});

	it('ends after so many queries', async () => {
		const odoo = createReadingOdoo(fakeOdoo({ search_count: () => 1 }), { clock });
		for (let n = 0; n < MAX_QUERIES; n++) await odoo.count('res.partner', []);
		await expect(odoo.count('res.partner', [])).rejects.toThrow(`more than ${MAX_QUERIES} queries`);
		expect(calls).toHaveLength(MAX_QUERIES);
	});

	it('ends after so much time', async () => {
		const odoo = createReadingOdoo(fakeOdoo({ search_count: () => 1 }), { clock });
		await clock.advance(MAX_DURATION_MS);
		await expect(odoo.count('res.partner', [])).rejects.toMatchObject({ kind: 'timeout' });
		expect(calls).toEqual([]);
	});

	it('is told of as it was sent', async () => {
		const odoo = createReadingOdoo(fakeOdoo({ read_group: () => [] }), { clock });
		await odoo.group('sale.order', {
			domain: [['state', '=', 'sale']],
			groupBy: ['partner_id'],
			aggregates: [{ field: 'amount_total', function: 'sum' }],
			order: { by: 'amount_total:sum', descending: true },
			limit: 5,
		});
		expect(odoo.queries).toEqual(calls);
		expect(calls[0]).toMatchObject({
			args: [[['state', '=', 'sale']]],
			kwargs: {
				fields: ['records:count(id)', 'a0:sum(amount_total)'],
				groupby: ['partner_id'],
				orderby: 'a0 desc',
			},
		});
	});

	it('is told of whole, and nothing else is', async () => {
		const { client, calls: sent, close } = await connectTo(sandboxServer(19));
		const { queries } = await askRules(client, 'quotations from Brightwater Foods');
		await close();
		expect(queries).toEqual(sent.filter(({ model, method }) => model !== 'ir.model' && method !== 'fields_get'));
	});

	it('is grouped by the method that the version has', async () => {
		const { client, close } = await connectTo(sandboxServer(14));
		const { answer, queries } = await askRules(client, 'sales this year by month');
		await close();
		expect(queries.map(({ method }) => method)).toEqual(['read_group', 'read_group']);
		expect(answer.text).toContain('February 2026: $11,701.80 (2)');
	});

	it('describes a model once for many questions', async () => {
		const client = fakeOdoo({
			fields_get: () => ({ name: { type: 'char', string: 'Name' } }),
			search_read: () => [],
		});
		await createReadingOdoo(client, { clock }).describe('res.partner');
		await createReadingOdoo(client, { clock }).describe('res.partner');
		expect(calls.filter(({ method }) => method === 'fields_get')).toHaveLength(1);
	});

	it('asks again what Odoo did not answer', async () => {
		let fails = true;
		const client = fakeOdoo({
			fields_get: () => (fails ? denied() : { name: { type: 'char', string: 'Name' } }),
			search_read: () => [],
		});
		await expect(createReadingOdoo(client, { clock }).describe('res.partner')).rejects.toThrow();
		fails = false;
		expect((await createReadingOdoo(client, { clock }).describe('res.partner')).fields.size).toBe(1);
	});
});

describe('an Odoo that does not let its user read', () => {
	it('the list of models is asked about those that are known anyway', async () => {
		const { client, close } = await connectTo(sandboxServer(19));
		const closed: OdooClient = {
			...client,
			call: (request, options) =>
				request.model === 'ir.model' ? Promise.resolve().then(denied) : client.call(request, options),
		};
		const { answer } = await askRules(closed, 'confirmed sales orders today');
		await close();
		expect(answer).toMatchObject({ kind: 'answered', text: expect.stringMatching(/^2 sales orders/) });
	});

	it('the records fails with what Odoo says', async () => {
		const { client, close } = await connectTo(sandboxServer(19));
		const closed: OdooClient = {
			...client,
			call: (request, options) =>
				request.model === 'sale.order' && request.method === 'search_read'
					? Promise.resolve().then(denied)
					: client.call(request, options),
		};
		await expect(askRules(closed, 'confirmed sales orders today')).rejects.toMatchObject({ kind: 'access_denied' });
		await close();
	});
});

describe('the assistant', () => {
	const organization_id = createIds(createFakeClock()).next('organization');
	const conversation = (client: OdooClient) => ({
		caller: { organization_id, permissions: new Set(['odoo:read', 'odoo:write'] as const) },
		caller_id: 'key_1',
		odoo: { url: 'http://odoo.example.com', database: 'demo', login: 'admin' },
		client,
	});

	/** Keeps one proposal. */
	function memory(): Pick<TenantCollection<ProposalDocument>, 'insert' | 'delete'> {
		let kept: ProposalDocument | null = null;
		return {
			insert: (proposal) => {
				kept = proposal;
				return Promise.resolve();
			},
			delete: () => {
				const proposal = kept;
				kept = null;
				return Promise.resolve(proposal);
			},
		};
	}

	const planning = (planned: readonly OdooCall[]): Planner => ({
		name: 'rules',
		answer: () => Promise.resolve({ kind: 'planned', text: 'Change things.', calls: planned }),
	});
	const write = (id: number): OdooCall => ({
		model: 'res.partner',
		method: 'write',
		args: [[id], { name: 'X' }],
		kwargs: {},
	});

	it('says which calls of a plan were done before one that failed', async () => {
		const client = fakeOdoo({ write: () => (calls.length === 2 ? denied() : true) });
		const proposals = memory();
		const assistant = createAssistantService({
			planner: planning([write(1), write(2), write(3)]),
			proposals,
			clock,
		});
		const asked = await assistant.ask(conversation(client), { message: 'Go.', allow_writes: true });
		const token = z.string().parse(asked.confirm_token);
		await expect(assistant.confirm(conversation(client), { token, message: '' })).rejects.toMatchObject({
			kind: 'access_denied',
			message: expect.stringContaining("1 of the plan's 3 calls were done, then res.partner.write failed"),
		});
		expect(calls).toHaveLength(2);
	});

	it('says when Odoo answers with a further step', async () => {
		const client = fakeOdoo({ write: () => ({ type: 'ir.actions.act_window', res_model: 'some.wizard' }) });
		const assistant = createAssistantService({ planner: planning([write(1)]), proposals: memory(), clock });
		await assistant.ask(conversation(client), { message: 'Go.', allow_writes: true });
		const { answer } = await assistant.confirm(conversation(client), { token: 'kept', message: '' });
		expect(answer).toContain('Odoo answers with a further step in its own screens');
	});

	it('answers that a question asks for too much', async () => {
		const client = fakeOdoo({ search_count: () => 1 });
		const counting: Planner = {
			name: 'rules',
			async answer(_question, odoo) {
				for (;;) await odoo.count('res.partner', []);
			},
		};
		const assistant = createAssistantService({ planner: counting, proposals: memory(), clock });
		const reply = await assistant.ask(conversation(client), { message: 'Count forever.', allow_writes: false });
		expect(reply).toMatchObject({ understood: false, answer: expect.stringContaining('ask for less at once') });
	});

	it('keeps the rules from understanding what is too long to be a question quickly', async () => {
		const { client, close } = await connectTo(sandboxServer(19));
		const odoo = createReadingOdoo(client, { clock });
		const message = 'with without customers over and of '.repeat(57);
		const answer = await rulesPlanner.answer({ message, now: clock.now() }, odoo);
		await close();
		expect(answer.kind).toBe('not_understood');
	});
});
