import { Readable } from 'node:stream';
import { type Change, createSandbox } from '@odoo-platform/odoo-sandbox';
import { z } from 'zod';
import { isId } from '../../core/ids';
import { equalInConstantTime } from '../../core/secrets';
import type { Fetch } from '../../net/outbound';
import { createSlowDown } from '../../waiting/slow-down';
import type { RuntimeDefinition, RuntimeSite } from '../runtime';
import { openSnapshot, writeSnapshot } from '../snapshot';
import { sanitizeRecords } from './sanitize';
import { createMongoJournal } from './mongo-journal';
import { fromLines, toLines } from './records';

const DATABASE = 'sandbox';
const LOGIN = 'admin';
const RECORDS = 'records.jsonl';
/** So many wrong secrets of a sandbox are answered at once. */
const FREE_GUESSES = 10;
const NEVER = new AbortController().signal;

/** What a snapshot must have in common with the site that it is restored to. */
const FORMAT = 'sandbox 2';
const kindOf = ({ odoo_version }: RuntimeSite) => ({ formats: [FORMAT], odoo_version });

/** The modules of a sandbox are its own release's, whosever records it has. */
const isOfModule = ({ model }: Change) => model === 'ir.module.module';

const moduleRow = z.object({ name: z.string(), latest_version: z.string(), state: z.literal('installed') });

const modulesIn = (changes: readonly Change[]) =>
	Object.fromEntries(
		changes.filter(isOfModule).flatMap(({ row }) => {
			const { data } = moduleRow.safeParse(row);
			return data === undefined ? [] : [[data.name, data.latest_version]];
		}),
	);

/** Runs environments as sandboxes: small Odoo-like servers in this very process. */
export const sandboxRuntime: RuntimeDefinition = {
	description: 'an Odoo-like server within the service, with demo records, for trying things out',

	create: ({ connection, baseUrl, findSite, secrets, clock }) => {
		const addressOf = ({ id }: Pick<RuntimeSite, 'id'>) => `${baseUrl()}/sandbox/${id}`;
		/** Right secrets wait for nothing, so that nobody who guesses locks others out. */
		const wrongSecrets = createSlowDown(clock, FREE_GUESSES);
		const secretOf = ({ id }: RuntimeSite) => secrets.derive(`sandbox/${id}`).toString('hex');
		const sandbox = createSandbox({
			journal: createMongoJournal(connection),
			clock,
			resolve: async (id) => {
				const site = isId('environment', id) ? await findSite(id) : null;
				if (site === null) return null;
				return {
					base_path: new URL(addressOf(site)).pathname,
					odoo_version: site.odoo_version,
					database: DATABASE,
					login: LOGIN,
					stopped: site.stopped,
					verify: async (secret) => {
						if (equalInConstantTime(secret, secretOf(site))) return true;
						await wrongSecrets.failed(id, NEVER);
						return false;
					},
				};
			},
		});
		return {
			addressOf,
			apply: async (site, { addons }, { signal }) => {
				signal.throwIfAborted();
				await sandbox.install(site.id, addons);
				return { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };
			},
			rollBack: async (site, { addons }, _options, { signal }) => {
				signal.throwIfAborted();
				await sandbox.install(site.id, addons);
				return { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };
			},
			lossOf: () => Promise.resolve(null),
			revert: async (site, { addons }) => {
				await sandbox.install(site.id, addons);
				return true;
			},
			// A sandbox is stopped by its environment's status alone: it has no processes of its own.
			stop: () => Promise.resolve(),
			start: () => Promise.resolve(),
			logs: () => Readable.from(['A sandbox keeps no log.']),
			metrics: () =>
				Promise.resolve({
					memory_bytes: null,
					memory_limit_bytes: null,
					cpu_percent: null,
					processes: null,
					database: { memory_bytes: null, size_bytes: null },
					disk_bytes: { filestore: null, database: null },
				}),
			checkHealth: async (site) => {
				const { status } = await sandbox.handle(site.id, new Request('http://sandbox.local/web/health'));
				if (status !== 200) throw new Error(`the sandbox answered its health check with HTTP ${status}`);
			},
			snapshot: async (site, into, { signal, progress }) => {
				const records = await sandbox.snapshot(site.id);
				const told = (done: number) => {
					signal.throwIfAborted();
					return progress(done / records.length);
				};
				const { odoo_version } = site;
				const origin = { format: FORMAT, odoo_version, modules: modulesIn(records), addons: [], bytes: 0 };
				return writeSnapshot(into, origin, { [RECORDS]: toLines(records, told) });
			},
			restore: async (site, from, { sanitize }, { signal }) => {
				const snapshot = await openSnapshot(from, kindOf(site));
				const records = await fromLines(snapshot.read(RECORDS));
				await snapshot.finish();
				signal.throwIfAborted();
				const clean =
					sanitize === null ? { changes: records, report: null } : sanitizeRecords(records, sanitize);
				const own = (await sandbox.snapshot(site.id)).filter(isOfModule);
				const others = clean.changes.filter((change) => !isOfModule(change));
				await sandbox.restore(site.id, [...others, ...own]);
				return { downtime_ms: 0, modules_updated: [], writes_lost: 0, sanitized: clean.report };
			},
			prove: async (site, from) => {
				const snapshot = await openSnapshot(from, kindOf(site));
				await fromLines(snapshot.read(RECORDS));
				await snapshot.finish();
			},
			remove: async (site) => {
				await sandbox.remove(site.id);
				return true;
			},
			access: (site) => {
				const url = addressOf(site);
				const fetch: Fetch = async (address, init) =>
					sandbox.handle(
						site.id,
						new Request(new URL(address.slice(url.length), 'http://sandbox.local'), init),
					);
				return Promise.resolve({ url, database: DATABASE, login: LOGIN, secret: secretOf(site), fetch });
			},
			firstLogin: (site) => Promise.resolve({ login: LOGIN, password: secretOf(site) }),
			mount: {
				path: '/sandbox/:environment_id',
				handle: async ({ environment_id }, request) =>
					isId('environment', environment_id)
						? sandbox.handle(environment_id, request)
						: new Response('Not found', { status: 404 }),
			},
		};
	},
};
