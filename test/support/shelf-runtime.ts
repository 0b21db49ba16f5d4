import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { RUNTIMES } from '../../backend/src/runtimes/registry';
import type { RuntimeDefinition, RuntimeSite } from '../../backend/src/runtimes/runtime';

const notPartOfIt = () => Promise.reject(new Error('a shelf has no Odoo'));

/** A runtime that serves a release's files out of the directory that SHELF names, and runs nothing. */
const shelfRuntime: RuntimeDefinition = {
	description: 'files on a shelf',
	create: ({ baseUrl }) => {
		const folderOf = (id: string) => path.join(process.env.SHELF ?? '', id);
		return {
			addressOf: ({ id }: RuntimeSite) => `${baseUrl()}/shelf/${id}`,
			apply: async ({ id }, release, { log, progress }) => {
				await rm(folderOf(id), { recursive: true, force: true });
				await release.source(folderOf(id));
				await progress(1);
				await log('The files are on the shelf.');
				return { downtime_ms: 0, modules_installed: [], modules_updated: [], writes_lost: 0 };
			},
			revert: notPartOfIt,
			rollBack: notPartOfIt,
			lossOf: () => Promise.resolve(null),
			stop: notPartOfIt,
			start: notPartOfIt,
			logs: () => Readable.from([]),
			metrics: notPartOfIt,
			checkHealth: ({ id }) =>
				existsSync(folderOf(id)) ? Promise.resolve() : Promise.reject(new Error('the shelf is empty')),
			snapshot: notPartOfIt,
			restore: notPartOfIt,
			prove: notPartOfIt,
			remove: async ({ id }) => {
				await rm(folderOf(id), { recursive: true, force: true });
				return true;
			},
			access: notPartOfIt,
			firstLogin: notPartOfIt,
			mount: {
				path: '/shelf/:environment_id',
				handle: async ({ environment_id }, request) => {
					const file = path.join(folderOf(String(environment_id)), new URL(request.url).pathname);
					return new Response(await readFile(file, 'utf8').catch(() => null), {
						status: existsSync(file) ? 200 : 404,
					});
				},
			},
		};
	},
};

// All that a further runtime asks of the service beside its folder: a line in the registry.
Object.assign(RUNTIMES, { shelf: shelfRuntime });
