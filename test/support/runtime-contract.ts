import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { readLimited } from '../../backend/src/net/outbound';
import { ReleaseError, type Runtime, type RuntimeSite } from '../../backend/src/runtimes/runtime';
import type { RuntimeKind } from '../../backend/src/runtimes/runtimes';
import { SnapshotError } from '../../backend/src/runtimes/snapshot';
import { releaseOf, untold } from './bare-runtimes';
import { notesAddon } from './real-environments';
import { createMemoryStore } from './snapshot-store';

/** What the suite is run on. */
export interface RuntimeSubject {
	open(kind: RuntimeKind): Runtime;
	addSite(): RuntimeSite;
	find(site: RuntimeSite, as: { readonly stopped: boolean }): unknown;
	/** What there is of sites beside their documents. */
	readonly left: () => Promise<readonly unknown[]>;
	/** How many documents of sites there are. */
	readonly documents: () => Promise<number>;
	close(): Promise<void>;
}

/** In what runtimes may differ. */
interface Kind {
	readonly kind: RuntimeKind;
	/** The line of an update's log at which it is interrupted; null: its `apply` is one step. */
	readonly amid: string | null;
	/** Whether there are commits that it cannot run. */
	readonly refuses: boolean;
	/** Whether a restore that was done is done again when it is asked again: its runtime keeps no documents. */
	readonly restoresAnew: boolean;
	readonly patienceMs: number;
}

const NOTHING_DONE = { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };

const notes = (version: string, fields = '', depends: readonly string[] = ['base']) =>
	releaseOf(notesAddon(version, fields), { name: 'acme_notes', version, depends });

/** Holds a runtime to what `Runtime` says of its methods. One site goes through it all, for it may take long to make. */
export function describeRuntime(
	{ kind, amid, refuses, restoresAnew, patienceMs }: Kind,
	openSubject: () => Promise<RuntimeSubject>,
): void {
	describe(`the runtime ${kind}`, () => {
		const first = notes('19.0.1.0.0');
		const second = notes('19.0.1.1.0', '    priority = fields.Integer(default=3)\n');
		const third = notes('19.0.1.2.0', '    rank = fields.Integer()\n');
		let subject: RuntimeSubject;
		let runtime: Runtime;
		let site: RuntimeSite;

		beforeAll(async () => {
			subject = await openSubject();
			site = subject.addSite();
			runtime = subject.open(kind);
			await runtime.apply(site, first, untold());
		}, patienceMs);
		afterAll(() => subject.close(), patienceMs);

		const ask = async (model: string, method: string, body: object) => {
			const { url, database, secret, fetch } = await runtime.access(site);
			const headers = { authorization: `bearer ${secret}`, 'x-odoo-database': database };
			const response = await fetch(`${url}/json/2/${model}/${method}`, {
				method: 'POST',
				headers: { ...headers, 'content-type': 'application/json' },
				body: JSON.stringify(body),
			});
			return {
				status: response.status,
				text: Buffer.concat(await readLimited(response, 1_000_000)).toString(),
			};
		};
		const call = async (...[model, method, body]: Parameters<typeof ask>): Promise<unknown> => {
			const { status, text } = await ask(model, method, body);
			if (status !== 200) throw new Error(text);
			return JSON.parse(text);
		};
		const addPartner = (name: string) => call('res.partner', 'create', { vals_list: [{ name }] });
		const partners = async (): Promise<string[]> => {
			const found = await call('res.partner', 'search_read', { domain: [], fields: ['name'] });
			return z
				.array(z.object({ name: z.string() }))
				.parse(found)
				.map(({ name }) => name);
		};
		/** Of the add-on, as the Odoo itself tells it. */
		const installed = () =>
			call('ir.module.module', 'search_read', {
				domain: [['name', '=', 'acme_notes']],
				fields: ['state', 'latest_version'],
			});
		const expectServing = async (version: string) => {
			await runtime.checkHealth(site, new AbortController().signal);
			expect(await installed()).toMatchObject([{ state: 'installed', latest_version: version }]);
		};

		it('serves the release that was applied, and the administrator can write', async () => {
			await addPartner('first');
			await expectServing('19.0.1.0.0');
			expect(await partners()).toContain('first');
		});

		it('is reached where it says', async () => {
			expect((await runtime.access(site)).url).toBe(runtime.addressOf(site));
		});

		it('does nothing where the release is applied again', async () => {
			expect(await runtime.apply(site, first, untold())).toEqual(NOTHING_DONE);
			expect(await partners()).toContain('first');
		});

		it('begins nothing that was aborted, and says why', async () => {
			const signal = AbortSignal.abort(new Error('enough'));
			await expect(runtime.apply(site, second, untold({ signal }))).rejects.toThrow('enough');
			await expectServing('19.0.1.0.0');
		});

		it(
			'is brought to the next release, and keeps its data',
			async () => {
				await runtime.apply(site, second, untold());
				await expectServing('19.0.1.1.0');
				expect(await partners()).toContain('first');
			},
			patienceMs,
		);

		if (refuses) {
			it(
				'leaves what served where a release cannot serve',
				async () => {
					const unfit = notes('19.0.1.2.0', '', ['base', 'acme_nowhere']);
					await expect(runtime.apply(site, unfit, untold())).rejects.toThrow(ReleaseError);
					await expectServing('19.0.1.1.0');
				},
				patienceMs,
			);
		}

		it(
			'has what served serve again after an apply that was interrupted, and then changes nothing more',
			async () => {
				const abort = new AbortController();
				const log = (line: string) => {
					if (line === amid) abort.abort(new Error('interrupted'));
					return Promise.resolve();
				};
				if (amid === null) abort.abort(new Error('interrupted'));
				const applied = runtime.apply(site, third, untold({ signal: abort.signal, log }));
				await expect(applied).rejects.toThrow('interrupted');
				runtime = subject.open(kind);
				expect(await runtime.revert(site, second, untold())).toBe(true);
				await expectServing('19.0.1.1.0');
				await addPartner('after');
				expect(await runtime.revert(site, second, untold())).toBe(true);
				expect(await partners()).toEqual(expect.arrayContaining(['first', 'after']));
			},
			patienceMs,
		);

		it(
			'tells which of the two serves where an apply that had done all its work is reverted',
			async () => {
				await runtime.apply(site, third, untold());
				const isBack = await runtime.revert(site, second, untold());
				await expectServing(isBack ? '19.0.1.1.0' : '19.0.1.2.0');
			},
			patienceMs,
		);

		it(
			'goes back to a release that has served it, once where it is asked twice',
			async () => {
				const back = { ...second, deployment_id: notes('').deployment_id };
				expect((await runtime.lossOf(site, second.git_sha))?.rows ?? 0).toBeGreaterThanOrEqual(0);
				await runtime.rollBack(site, back, { database: true }, untold());
				expect(await runtime.rollBack(site, back, { database: true }, untold())).toEqual(NOTHING_DONE);
				await expectServing('19.0.1.1.0');
				expect(await partners()).toContain('first');
			},
			patienceMs,
		);

		it(
			'serves nobody while it is stopped, says why it does not, and serves with its data once it is started',
			async () => {
				subject.find(site, { stopped: true });
				await runtime.stop(site, untold());
				await runtime.stop(site, untold());
				expect((await ask('res.partner', 'search', { domain: [] })).status).toBe(503);
				await expect(runtime.checkHealth(site, new AbortController().signal)).rejects.toThrow(/./);
				subject.find(site, { stopped: false });
				await runtime.start(site, untold());
				await runtime.start(site, untold());
				await expectServing('19.0.1.1.0');
				expect(await partners()).toContain('first');
			},
			patienceMs,
		);

		it('tells the last lines of its log', async () => {
			const wanted = { tail: 2, since: null, follow: false, signal: new AbortController().signal };
			const lines: string[] = [];
			for await (const line of runtime.logs(site, wanted)) lines.push(line);
			expect(lines.length).toBeGreaterThan(0);
			expect(lines.length).toBeLessThanOrEqual(wanted.tail);
			expect(lines.join('')).not.toContain('\n');
		});

		it('tells of what it takes no more than it knows', async () => {
			const { database, disk_bytes, ...own } = await runtime.metrics(site, new AbortController().signal);
			const amounts = [own, database, disk_bytes].flatMap((some) => Object.values(some));
			expect(amounts.filter((amount) => amount !== null && !(amount >= 0))).toEqual([]);
		});

		it(
			'is brought back to a snapshot of it, once where it is asked twice',
			async () => {
				const store = createMemoryStore();
				await runtime.snapshot(site, store, untold());
				await addPartner('a mistake');
				const how = { id: 'a restore', sanitize: null, isCopy: false };
				const restored = await runtime.restore(site, store, how, untold());
				expect(restored).toMatchObject({ modules_updated: [], sanitized: null });
				await expectServing('19.0.1.1.0');
				expect(await partners()).toContain('first');
				expect(await partners()).not.toContain('a mistake');
				if (!restoresAnew) {
					await addPartner('later');
					await runtime.restore(site, store, how, untold());
					expect(await partners()).toContain('later');
				}
			},
			patienceMs,
		);

		it(
			'serves on with its own data where a snapshot is damaged',
			async () => {
				const store = createMemoryStore();
				const { parts } = await runtime.snapshot(site, store, untold());
				const last = parts.at(-1)?.name ?? '';
				const content = Buffer.from(store.parts.get(last) ?? '');
				store.parts.set(last, content.subarray(0, content.length - 7));
				const how = { id: 'another restore', sanitize: null, isCopy: false };
				await expect(runtime.restore(site, store, how, untold())).rejects.toThrow(/./);
				await expectServing('19.0.1.1.0');
				expect(await partners()).toContain('first');
			},
			patienceMs,
		);

		it('refuses a snapshot of another kind', async () => {
			const store = createMemoryStore();
			await runtime.snapshot(site, store, untold());
			const origin = String(store.parts.get('origin.json')).replace(kind, 'another');
			store.parts.set('origin.json', Buffer.from(origin));
			const how = { id: 'a third restore', sanitize: null, isCopy: false };
			await expect(runtime.restore(site, store, how, untold())).rejects.toThrow(SnapshotError);
		});

		it(
			'leaves nothing when it is removed, and takes no offense at being removed again',
			async () => {
				expect(await runtime.remove(site)).toBe(true);
				expect(await runtime.remove(site)).toBe(true);
				expect([await subject.left(), await subject.documents()]).toEqual([[], 0]);
			},
			patienceMs,
		);
	});
}
