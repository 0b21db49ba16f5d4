import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { z } from 'zod';
import { freeSpaceOf, NotReadyError, requireSpace } from '../../core/disk-space';
import { ApiError, invalidInput } from '../../core/errors';
import type { EnvironmentId, Ids, Tenant } from '../../core/ids';
import { pathId } from '../../http/fields';
import { defineRoute, reply, type Route } from '../../http/route';
import { ODOO_ZIP } from '../../runtimes/odoo-zip';
import type { Runtimes } from '../../runtimes/runtimes';
import { type SnapshotTarget, writeSnapshot } from '../../runtimes/snapshot';
import type { EnvironmentDocument, EnvironmentsService } from '../environments/service';
import type { BackupDocument } from './model';
import { type FilestoreFile, ForeignZipError, type OdooZip, openOdooZip } from './odoo-zip';
import { bytesOf } from './download';
import type { BackupPoliciesService } from './policies';
import { backupSchema, presentBackup } from './schemas';
import { BackupStoreError } from './stores/store';
import type { BackupTaker } from './take';

/** So much is written between two looks at the disk's free space. */
const LOOK_BYTES = 16 * 1024 * 1024;

interface Uploads {
	readonly environments: Pick<EnvironmentsService, 'get'>;
	readonly runtimes: Pick<Runtimes, 'of'>;
	readonly policies: BackupPoliciesService;
	readonly taker: BackupTaker;
	/** A directory for what lies on this machine for a moment. */
	readonly scratchDir: string;
	readonly ids: Ids;
}

/** `/api/v1/environments/{environment_id}/backups/upload` */
export const uploadRoutes = (uploads: Uploads): Route[] => [
	defineRoute({
		method: 'post',
		path: '/api/v1/environments/{environment_id}/backups/upload',
		operationId: 'uploadBackup',
		summary: "Keep a zip of Odoo's own database manager as a backup of an environment, to restore it there",
		notes:
			'Nothing of it is run, and the environment is not touched, until the backup is restored. With an `Idempotency-Key`, ' +
			'the same key stands for the same file: it is not compared.',
		access: { by: 'key', permission: 'backups:write', plan: 'starter' },
		upload: 'application/zip',
		errors: ['environments_differ', 'backup_store_failed', 'validation_failed'],
		input: { params: z.strictObject({ environment_id: pathId('environment') }) },
		responses: { 201: backupSchema },
		handle: async ({ params, file, caller, signal }) => {
			const { tenant, actor } = caller;
			const backup = await keepZip(uploads, tenant, params.environment_id, {
				file: file ?? nothing(),
				actor,
				signal,
			});
			return reply(201, presentBackup(backup));
		},
	}),
];

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function keepZip(
	{ environments, runtimes, policies, taker, scratchDir, ids }: Uploads,
	tenant: Tenant,
	id: EnvironmentId,
	{ file, actor, signal }: { file: AsyncIterable<Uint8Array>; actor: string; signal: AbortSignal },
): Promise<BackupDocument> {
	const environment = await environments.get(tenant, id);
	if (runtimes.of(environment.runtime).plainSql === undefined) {
		throw new ApiError(
			'environments_differ',
			`${environment.name} is a sandbox, which has no database of PostgreSQL.`,
		);
	}
	const directory = await mkdtemp(path.join(scratchDir, 'upload-'));
	try {
		const place = path.join(directory, 'odoo.zip');
		await pipeline(watchingSpace(file, directory), createWriteStream(place, { mode: 0o600 }), { signal });
		const zip = await openOdooZip(place);
		try {
			requireVersion(zip, environment);
			const backup = ids.next('backup');
			const { encrypt } = await policies.of(environment);
			const wanted = { id: backup, reason: 'uploaded', job_id: null, actor, encrypt, expires_at: null } as const;
			const work = ({ target }: { readonly target: SnapshotTarget }) => writeZip(zip, target);
			return await taker
				.keep(environment, wanted, { signal, log: untold }, work)
				.catch(async (error: unknown) => {
					const reason = error instanceof Error ? error.message : 'no reason is known';
					await taker.fail(environment, backup, signal.aborted ? 'The upload was broken off.' : reason);
					throw error;
				});
		} finally {
			zip.close();
		}
	} catch (error) {
		if (error instanceof ForeignZipError) throw invalidInput('the file', error.message);
		if (error instanceof BackupStoreError || error instanceof NotReadyError) {
			throw new ApiError('backup_store_failed', error.message);
		}
		throw error;
	} finally {
		await rm(directory, { recursive: true, force: true });
	}
}

function requireVersion({ manifest }: OdooZip, { name, odoo_version }: EnvironmentDocument): void {
	if (manifest.major_version === odoo_version) return;
	throw new ApiError(
		'environments_differ',
		`The zip is of Odoo ${manifest.major_version}, ${name} runs Odoo ${odoo_version}. Upload it to an environment of Odoo ` +
			`${manifest.major_version}.`,
	);
}

const writeZip = (zip: OdooZip, target: SnapshotTarget) =>
	writeSnapshot(
		target,
		{
			format: ODOO_ZIP.format,
			odoo_version: zip.manifest.major_version,
			modules: Object.fromEntries(
				Object.entries(zip.manifest.modules).map(([name, version]) => [name, version ?? '']),
			),
			addons: [],
			bytes: zip.size,
		},
		{ [ODOO_ZIP.database]: zip.sql(), [ODOO_ZIP.files]: tarOf(zip.files()) },
	);

async function* tarOf(files: AsyncIterable<FilestoreFile & { readonly size: number }>): AsyncGenerator<Uint8Array> {
	const archive = pack();
	const fill = async () => {
		for await (const { name, size, content } of files) {
			await pipeline(Readable.from(content), archive.entry({ name, size }));
		}
		archive.finalize();
	};
	fill().catch((error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))));
	try {
		yield* bytesOf(archive);
	} finally {
		archive.destroy();
	}
}

async function* watchingSpace(content: AsyncIterable<Uint8Array>, directory: string): AsyncGenerator<Uint8Array> {
	let next = 0;
	let written = 0;
	for await (const piece of content) {
		if (written >= next) {
			await requireSpace(directory, freeSpaceOf);
			next = written + LOOK_BYTES;
		}
		written += piece.length;
		yield piece;
	}
}

const untold = () => Promise.resolve();
