import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { extract, type Pack, pack } from 'tar-stream';
import { z } from 'zod';
import { ApiError } from '../../core/errors';
import { pathId } from '../../http/fields';
import { defineRoute, FileBody, reply, type Route } from '../../http/route';
import { FILES, ODOO_ZIP } from '../../runtimes/odoo-zip';
import type { Runtimes } from '../../runtimes/runtimes';
import { readManifest, readOrigin, type SnapshotSource } from '../../runtimes/snapshot';
import type { EnvironmentsService } from '../environments/service';
import { siteOf } from '../environments/site';
import type { BackupKeys } from './keys';
import type { BackupDocument } from './model';
import { type FilestoreFile, writeOdooZip } from './odoo-zip';
import { partsFrom } from './parts';
import { type BackupsService, unfinished } from './service';
import type { BackupStore } from './stores/store';

interface Downloads {
	readonly backups: Pick<BackupsService, 'get'>;
	readonly environments: Pick<EnvironmentsService, 'find'>;
	readonly runtimes: Pick<Runtimes, 'of'>;
	readonly store: BackupStore;
	readonly keys: BackupKeys;
}

/** `/api/v1/backups/{backup_id}/download` */
export const downloadRoutes = ({ backups, environments, runtimes, store, keys }: Downloads): Route[] => {
	/** The environment that a backup is of, and how its database becomes SQL. */
	const sqlOf = async (backup: BackupDocument, parts: SnapshotSource, signal: AbortSignal) => {
		const { format } = await readOrigin(parts);
		if (format === ODOO_ZIP.format) return parts.read(ODOO_ZIP.database);
		const environment = await environments.find(backup.organization_id, backup.environment_id);
		const runtime = environment && runtimes.of(environment.runtime);
		if (environment === null || runtime?.plainSql === undefined || environment.status !== 'running') {
			const status = environment === null ? 'gone' : environment.status;
			const detail =
				runtime?.plainSql === undefined && environment !== null
					? 'A sandbox has no database of PostgreSQL, and so no zip for Odoo. Ask for the format tar.'
					: `The environment of the backup is ${status}. Start it first, or ask for the format tar.`;
			throw new ApiError('environment_not_running', detail, { members: { environment_status: status } });
		}
		return runtime.plainSql(siteOf(environment), parts.read('database.dump'), signal);
	};

	return [
		defineRoute({
			method: 'get',
			path: '/api/v1/backups/{backup_id}/download',
			operationId: 'downloadBackup',
			summary: "Download a backup: its parts in one archive, or the zip that Odoo's own database manager takes",
			notes:
				'It is decrypted on its way. The zip is made with the programs of the environment that the backup is of, which must ' +
				'run for that; a sandbox has none.',
			access: { by: 'key', permission: 'backups:download', plan: 'starter' },
			files: ['application/x-tar', 'application/zip'],
			errors: ['backup_unfinished', 'environment_not_running'],
			input: {
				params: z.strictObject({ backup_id: pathId('backup') }),
				query: z.strictObject({
					format: z
						.enum(['tar', 'odoo'])
						.default('tar')
						.describe("`tar`: its parts, as they are kept; `odoo`: a zip for Odoo's own database manager"),
				}),
			},
			responses: { 200: z.undefined() },
			handle: async ({ params, query: { format }, caller, signal }) => {
				const backup = await backups.get(caller.tenant, params.backup_id);
				if (backup.status !== 'succeeded') throw unfinished(backup);
				const parts = partsFrom(store, backup, await keys.of(backup.organization_id), signal);
				if (format === 'tar') {
					return reply(200, new FileBody('application/x-tar', `${backup._id}.tar`, asTar(parts)));
				}
				return reply(
					200,
					new FileBody(
						'application/zip',
						`${backup._id}.zip`,
						asZip(await manifestOf(backup, parts), await sqlOf(backup, parts, signal), parts),
					),
				);
			},
		}),
	];
};

/** What the zip's manifest says, but for the version of PostgreSQL, which the SQL tells. */
async function manifestOf({ environment_name }: BackupDocument, parts: SnapshotSource) {
	const { modules, odoo_version } = await readOrigin(parts);
	return {
		odoo_dump: '1' as const,
		db_name: environment_name,
		version: odoo_version,
		version_info: [...odoo_version.split('.').map(Number), 0, 'final', 0, ''],
		major_version: odoo_version,
		modules,
	};
}

/** Nothing is begun before it is read: a HEAD request reads nothing. */
async function* asZip(
	manifest: Awaited<ReturnType<typeof manifestOf>>,
	content: AsyncIterable<Uint8Array>,
	parts: SnapshotSource,
): AsyncGenerator<Uint8Array> {
	const pieces = content[Symbol.asyncIterator]();
	try {
		const first = await pieces.next();
		const text = first.done ? '' : Buffer.from(first.value).toString('latin1', 0, 2_000);
		const pg_version = DUMPED_FROM.exec(text)?.[1] ?? '';
		async function* sql() {
			if (first.done) return;
			yield first.value;
			for (let next = await pieces.next(); !next.done; next = await pieces.next()) yield next.value;
		}
		yield* writeOdooZip({ manifest: { ...manifest, pg_version }, sql: sql(), files: filesIn(parts.read(FILES)) });
	} finally {
		await pieces.return?.();
	}
}

const DUMPED_FROM = /-- Dumped from database version (\d+(?:\.\d+)?)/;

/** The files of a database, one after the other. */
async function* filesIn(archive: AsyncIterable<Uint8Array>): AsyncGenerator<FilestoreFile> {
	const entries = extract();
	const reading = pipeline(Readable.from(archive), entries);
	reading.catch(() => undefined);
	for await (const entry of entries) {
		const name = entry.header.name.replace(/^\.\//, '');
		if (entry.header.type === 'file' && FILE.test(name)) yield { name, content: bytesOf(entry) };
		else entry.resume();
	}
	await reading;
}

/** What Odoo's filestore has; other names are of no database. */
const FILE = /^[0-9a-f]{2}\/[0-9a-f]{40}$/;

/** The bytes of a stream of the library's. */
export async function* bytesOf(entry: AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
	for await (const piece of entry) if (piece instanceof Uint8Array) yield piece;
}

/** The parts, one after the other. */
async function* asTar(parts: SnapshotSource): AsyncGenerator<Uint8Array> {
	const archive = pack();
	const fill = async () => {
		const origin = Buffer.from(JSON.stringify(await readOrigin(parts)));
		const manifest = await readManifest(parts);
		archive.entry({ name: 'origin.json' }, origin);
		for (const { name, bytes } of manifest.parts) {
			await pipeline(Readable.from(parts.read(name)), archive.entry({ name, size: bytes }));
		}
		archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
		archive.finalize();
	};
	yield* contentOf(archive, fill);
}

async function* contentOf(archive: Pack, fill: () => Promise<void>): AsyncGenerator<Uint8Array> {
	fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
	try {
		yield* bytesOf(archive);
	} finally {
		archive.destroy();
	}
}
