import { describe, expect, it } from '@jest/globals';
import { createMemoryJournal } from '../src/memory-journal';
import { openSandbox, OTHER_ID, SANDBOX_ID, type TestSandbox } from '../src/testing';

describe('replicas of the service', () => {
	it('see what another one wrote', async () => {
		const journal = createMemoryJournal();
		const [one, other] = [openSandbox({ journal }), openSandbox({ journal })];
		const id = await one.rpc('res.partner', 'create', [{ name: 'Fern Hill Farm' }]);
		expect(await other.rpc('res.partner', 'read', [id, ['name']])).toEqual([{ id, name: 'Fern Hill Farm' }]);
	});

	it('give every record an id of its own, however they write at once', async () => {
		const journal = createMemoryJournal();
		const replicas = [openSandbox({ journal }), openSandbox({ journal }), openSandbox({ journal })];
		const creates = replicas.flatMap((replica) =>
			Array.from({ length: 20 }, () => replica.rpc('res.partner.category', 'create', [{ name: 'Tag' }])),
		);
		const made = await Promise.all(creates);
		expect(new Set(made).size).toBe(60);
		for (const replica of replicas) {
			expect(await replica.rpc('res.partner.category', 'search_count', [[['id', 'in', made]]])).toBe(60);
		}
	});

	it('start from the same demo records when they begin at once', async () => {
		const journal = createMemoryJournal();
		const replicas = [openSandbox({ journal }), openSandbox({ journal })];
		const [one, other] = await Promise.all(replicas.map((replica) => replica.rpc('sale.order', 'search', [[]])));
		expect(one).toEqual(other);
		expect(await journal.read(SANDBOX_ID, 0)).toHaveLength(1);
	});

	it('number orders without gaps or doubles', async () => {
		const journal = createMemoryJournal();
		const replicas = [openSandbox({ journal }), openSandbox({ journal })];
		const creates = replicas.flatMap((replica) =>
			Array.from({ length: 5 }, () => replica.rpc('sale.order', 'create', [{ partner_id: 6 }])),
		);
		const options = { fields: ['name'], order: 'name' };
		const made = await replicas[0]?.rpc(
			'sale.order',
			'search_read',
			[[['id', 'in', await Promise.all(creates)]]],
			options,
		);
		expect(made).toMatchObject(Array.from({ length: 10 }, (_, index) => ({ name: `S000${20 + index}` })));
	});
});

describe('the journal of a sandbox', () => {
	it('gets one entry for each call that changes something', async () => {
		const journal = createMemoryJournal();
		const sandbox = openSandbox({ journal });
		await sandbox.rpc('res.partner', 'search', [[]]);
		await sandbox.rpc('res.partner', 'create', [[{ name: 'One' }, { name: 'Two' }]]);
		await sandbox.rpc('res.partner', 'search_count', [[]]);
		expect((await journal.read(SANDBOX_ID, 0)).map(({ version }) => version)).toEqual([1, 2]);
	});

	it('gets none for a call that fails on the way', async () => {
		const journal = createMemoryJournal();
		const sandbox = openSandbox({ journal });
		const before = await sandbox.rpc('res.partner', 'search_count', [[]]);
		await sandbox.json2('res.partner', 'create', { vals_list: [{ name: 'Made' }, { name: false }] });
		expect(await sandbox.rpc('res.partner', 'search_count', [[]])).toBe(before);
		expect(await journal.read(SANDBOX_ID, 0)).toHaveLength(1);
	});

	it('stays short, and what it says stays the same', async () => {
		const journal = createMemoryJournal();
		const sandbox = openSandbox({ journal });
		const id = await sandbox.rpc('res.partner.category', 'create', [{ name: 'Counted' }]);
		const gone = await sandbox.rpc('res.partner.category', 'create', [{ name: 'Gone' }]);
		await sandbox.rpc('res.partner.category', 'unlink', [gone]);
		for (let color = 1; color <= 450; color++) await sandbox.rpc('res.partner.category', 'write', [id, { color }]);
		expect((await journal.read(SANDBOX_ID, 0)).length).toBeLessThan(202);

		const other = openSandbox({ journal });
		expect(await other.rpc('res.partner.category', 'read', [id, ['color']])).toEqual([{ id, color: 450 }]);
		expect(await other.rpc('res.partner.category', 'create', [{ name: 'Next' }])).toBe(Number(gone) + 1);
	});

	it('is caught up with by a replica that slept through a snapshot', async () => {
		const journal = createMemoryJournal();
		const [busy, sleepy] = [openSandbox({ journal }), openSandbox({ journal })];
		const id = await sleepy.rpc('res.partner.category', 'create', [{ name: 'Counted' }]);
		for (let color = 1; color <= 230; color++) await busy.rpc('res.partner.category', 'write', [id, { color }]);
		expect(await sleepy.rpc('res.partner.category', 'read', [id, ['color']])).toEqual([{ id, color: 230 }]);
	});
});

describe('a sandbox', () => {
	it('that is not there answers 404', async () => {
		const request = new Request('http://sandbox.example.com/web/health');
		expect((await openSandbox().handle(OTHER_ID, request)).status).toBe(404);
	});

	it('that was removed leaves nothing in the journal', async () => {
		const journal = createMemoryJournal();
		const sandbox = openSandbox({ journal });
		await sandbox.rpc('res.partner', 'create', [{ name: 'Gone' }]);
		await sandbox.remove(SANDBOX_ID);
		expect(await journal.read(SANDBOX_ID, 0)).toEqual([]);
	});
});

describe('a snapshot', () => {
	const nameOf = async (sandbox: TestSandbox, id: unknown) => sandbox.rpc('res.partner', 'read', [id, ['name']]);

	it('brings back all records as they were, on every replica', async () => {
		const journal = createMemoryJournal();
		const [one, other] = [openSandbox({ journal }), openSandbox({ journal })];
		const id = await one.rpc('res.partner', 'create', [{ name: 'Fern Hill Farm' }]);
		const snapshot = await one.snapshot(SANDBOX_ID);
		const later = await other.rpc('res.partner', 'create', [{ name: 'Later' }]);
		await one.rpc('res.partner', 'write', [id, { name: 'Renamed' }]);
		await one.restore(SANDBOX_ID, snapshot);
		for (const sandbox of [one, other, openSandbox({ journal })]) {
			expect(await nameOf(sandbox, id)).toEqual([{ id, name: 'Fern Hill Farm' }]);
			expect(await sandbox.rpc('res.partner', 'search_count', [[['id', '=', later]]])).toBe(0);
		}
	});

	it('does not change with the records that it was made of', async () => {
		const sandbox = openSandbox();
		const id = await sandbox.rpc('res.partner', 'create', [{ name: 'Fern Hill Farm' }]);
		const snapshot = await sandbox.snapshot(SANDBOX_ID);
		const kept = JSON.stringify(snapshot);
		await sandbox.rpc('res.partner', 'write', [id, { name: 'Renamed' }]);
		expect(JSON.stringify(snapshot)).toBe(kept);
	});

	it('makes another sandbox what the first one was', async () => {
		const source = openSandbox();
		const id = await source.rpc('res.partner', 'create', [{ name: 'Fern Hill Farm' }]);
		const snapshot = await source.snapshot(SANDBOX_ID);
		const target = openSandbox({ sandboxId: OTHER_ID });
		await target.restore(OTHER_ID, snapshot);
		expect(await nameOf(target, id)).toEqual([{ id, name: 'Fern Hill Farm' }]);
	});

	it('knows which ids were given, so that none is given twice', async () => {
		const sandbox = openSandbox();
		const gone = await sandbox.rpc('res.partner', 'create', [{ name: 'Gone' }]);
		await sandbox.rpc('res.partner', 'unlink', [gone]);
		await sandbox.restore(SANDBOX_ID, await sandbox.snapshot(SANDBOX_ID));
		expect(await sandbox.rpc('res.partner', 'create', [{ name: 'Next' }])).toBe(Number(gone) + 1);
	});

	it('may be larger than what one entry holds', async () => {
		const journal = createMemoryJournal();
		const sandbox = openSandbox({ journal });
		const comment = 'x'.repeat(1_500_000);
		const ids: unknown[] = [];
		for (let made = 0; made < 4; made++)
			ids.push(await sandbox.rpc('res.partner', 'create', [{ name: 'A', comment }]));
		await sandbox.restore(SANDBOX_ID, await sandbox.snapshot(SANDBOX_ID));
		const entries = await journal.read(SANDBOX_ID, 5);
		expect(entries.map(({ version, snapshot }) => ({ version, snapshot }))).toEqual([
			{ version: 6, snapshot: true },
			{ version: 7, snapshot: false },
		]);
		expect(await openSandbox({ journal }).rpc('res.partner', 'search_count', [[['id', 'in', ids]]])).toBe(4);
	});

	it('is restored whole though another replica writes meanwhile', async () => {
		const memory = createMemoryJournal();
		const intruder = openSandbox({ journal: memory });
		let meddled = false;
		const sandbox = openSandbox({
			journal: {
				...memory,
				append: async (id, entry) => {
					if (entry.snapshot && entry.version > 1 && !meddled) {
						meddled = true;
						await intruder.rpc('res.partner', 'create', [{ name: 'Intruder' }]);
					}
					return memory.append(id, entry);
				},
			},
		});
		const snapshot = await sandbox.snapshot(SANDBOX_ID);
		await sandbox.restore(SANDBOX_ID, snapshot);
		expect(await sandbox.snapshot(SANDBOX_ID)).toEqual(snapshot);
	});

	it('is neither made nor restored where there is no sandbox', async () => {
		await expect(openSandbox().snapshot(OTHER_ID)).rejects.toThrow('no sandbox');
		await expect(openSandbox().restore(OTHER_ID, [])).rejects.toThrow('no sandbox');
	});
});

describe('installing add-ons', () => {
	const addon = (name: string, version = '1.0.0') => ({ name, version, summary: `What ${name} does` });
	const installed = [['state', '=', 'installed']];

	it('lists them as installed modules', async () => {
		const sandbox = openSandbox();
		await sandbox.install(SANDBOX_ID, [{ ...addon('harbor_sale', '19.0.1.2.0'), title: 'Harbor Sales' }]);
		const domain = [['name', '=', 'harbor_sale']];
		expect(
			await sandbox.rpc('ir.module.module', 'search_read', [domain], {
				fields: ['shortdesc', 'latest_version', 'state'],
			}),
		).toEqual([
			{ id: expect.any(Number), shortdesc: 'Harbor Sales', latest_version: '19.0.1.2.0', state: 'installed' },
		]);
	});

	it('takes the place of what the deploy before had brought', async () => {
		const sandbox = openSandbox();
		const before = Number(await sandbox.rpc('ir.module.module', 'search_count', [installed]));
		await sandbox.install(SANDBOX_ID, [addon('one'), addon('two')]);
		await sandbox.install(SANDBOX_ID, [addon('two', '2.0.0'), addon('three')]);
		expect(await sandbox.rpc('ir.module.module', 'search_count', [installed])).toBe(before + 2);
		const mine = [['name', 'in', ['one', 'two', 'three']]];
		const options = { fields: ['name', 'latest_version', 'state'], order: 'name' };
		expect(await sandbox.rpc('ir.module.module', 'search_read', [mine], options)).toEqual([
			{ id: expect.any(Number), name: 'one', latest_version: false, state: 'uninstalled' },
			{ id: expect.any(Number), name: 'three', latest_version: '1.0.0', state: 'installed' },
			{ id: expect.any(Number), name: 'two', latest_version: '2.0.0', state: 'installed' },
		]);
	});

	it('is refused where there is no sandbox', async () => {
		await expect(openSandbox().install(OTHER_ID, [])).rejects.toThrow('no sandbox');
	});
});
