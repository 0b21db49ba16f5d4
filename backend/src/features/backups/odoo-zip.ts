import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { PassThrough, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry } from 'yauzl';
import yazl from 'yazl';
import { z } from 'zod';

/** What the zip of Odoo's database manager says of itself, the same from Odoo 14 to 19. */
export const odooManifestSchema = z.object({
	odoo_dump: z.literal('1'),
	db_name: z.string(),
	version: z.string(),
	version_info: z.array(z.union([z.string(), z.number()])),
	major_version: z.string().regex(/^1[4-9]\.0$/, 'must be 14.0 to 19.0'),
	pg_version: z.string(),
	modules: z.record(z.string(), z.string().nullable()),
});

export type OdooManifest = z.infer<typeof odooManifestSchema>;

/** An attachment of the filestore; its name is `xx/` and the SHA-1 of its content, which begins with `xx`. */
export interface FilestoreFile {
	readonly name: string;
	readonly content: AsyncIterable<Uint8Array>;
}

/** The zip that Odoo's database manager takes, as a stream. */
export async function* writeOdooZip({
	manifest,
	sql,
	files,
}: {
	readonly manifest: OdooManifest;
	readonly sql: AsyncIterable<Uint8Array>;
	/** Each is read to its end before the next is asked for. */
	readonly files: AsyncIterable<FilestoreFile>;
}): AsyncGenerator<Uint8Array> {
	const zip = new yazl.ZipFile();
	const output = new PassThrough();
	zip.on('error', (error: Error) => output.destroy(error));
	let source: Readable | undefined;
	// Sizes are not known before, and may need 64 bits.
	const add = async (name: string, content: AsyncIterable<Uint8Array>) => {
		source = Readable.from(content, { objectMode: false });
		zip.addReadStream(source, name, { forceZip64Format: true });
		await finished(source);
	};
	const fill = async () => {
		zip.addBuffer(Buffer.from(JSON.stringify(manifest, null, 4)), MANIFEST);
		await add(DUMP, sql);
		for await (const { name, content } of files) {
			if (output.destroyed) return;
			await add(`${FILESTORE}${name}`, content);
		}
		zip.end();
	};
	zip.outputStream.pipe(output);
	const filled = fill().catch((error: unknown) => {
		output.destroy(error instanceof Error ? error : new Error('The zip was not written.', { cause: error }));
	});
	try {
		for await (const chunk of iterable(output)) yield chunk;
	} finally {
		source?.destroy();
		output.destroy();
		await filled;
	}
}

/** A zip that is none of Odoo's database manager, or is damaged. The message is for whoever uploaded it. */
export class ForeignZipError extends Error {
	override readonly name = 'ForeignZipError';
}

/** A zip of Odoo's database manager on this disk. */
export interface OdooZip {
	readonly manifest: OdooManifest;
	/** How much it holds when it is unpacked, in bytes. */
	readonly size: number;
	/** @throws {ForeignZipError} amid or after it, where it is damaged */
	sql(): AsyncIterable<Uint8Array>;
	/** The filestore. @throws {ForeignZipError} amid or after a file, where it is damaged */
	files(): AsyncIterable<FilestoreFile & { readonly size: number }>;
	close(): void;
}

const MANIFEST = 'manifest.json';
const DUMP = 'dump.sql';
const FILESTORE = 'filestore/';
/** A file of the filestore: two digits of its SHA-1, and all of it. */
const STORED = /^filestore\/(([0-9a-f]{2})\/\2[0-9a-f]{38})$/;
/** Odoo's notes of what may be garbage: nothing is lost without them. */
const CHECKLIST = /^filestore\/checklist\/[0-9a-f]{2}\/[0-9a-f]{40}$/;
const FOLDER = /^filestore\/(checklist\/)?([0-9a-f]{2}\/)?$/;

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;
const MAX_ENTRIES = 5_000_000;
/** What any zip may hold, and how many times its own size one that holds more. */
const FREE_BYTES = 1024 ** 3;
const MAX_RATIO = 100;
const MAX_BYTES = 4 * 1024 ** 4;

/**
 * Opens such a zip and checks all of its directory, before anything of its content is used.
 * @throws {ForeignZipError} where it is none, or holds what such a zip does not
 */
export async function openOdooZip(file: string): Promise<OdooZip> {
	const { size: fileSize } = await stat(file);
	if ((await firstBytes(file)) === 'PGDMP') {
		throw new ForeignZipError(
			'This is a dump in the format of pg_dump, without the filestore. Make a backup in the format zip.',
		);
	}
	const zip = await asForeign(
		'This is no zip, or it is cut off.',
		yauzl.openPromise(file, { lazyEntries: true, autoClose: false, strictFileNames: true }),
	);
	const read = (entry: Entry) => contentOf(zip, entry);
	try {
		const entries = await asForeign('The zip is damaged, or holds a path that leads out of it.', entriesOf(zip));
		const size = sizeOf(entries.values(), fileSize);
		const manifestEntry = entries.get(MANIFEST);
		const dump = entries.get(DUMP);
		if (!manifestEntry || !dump) {
			const missing = manifestEntry ? DUMP : MANIFEST;
			throw new ForeignZipError(`The zip has no ${missing}: it is none of Odoo's database manager.`);
		}
		const manifest = await readManifest(manifestEntry, read);
		return {
			manifest,
			size,
			sql: () => read(dump),
			files: () => Readable.from(filesOf(entries, read)),
			close: () => zip.close(),
		};
	} catch (error) {
		zip.close();
		throw error;
	}
}

async function firstBytes(file: string): Promise<string> {
	const read: Uint8Array[] = [];
	for await (const chunk of iterable(createReadStream(file, { end: 4 }))) read.push(chunk);
	return Buffer.concat(read).toString('latin1');
}

async function entriesOf(zip: yauzl.ZipFile): Promise<ReadonlyMap<string, Entry>> {
	if (zip.entryCount > MAX_ENTRIES) throw new ForeignZipError(`The zip has more than ${MAX_ENTRIES} entries.`);
	const entries = new Map<string, Entry>();
	for await (const entry of zip.eachEntry()) {
		const { fileName: name } = entry;
		if (FOLDER.test(name)) continue;
		const shown = JSON.stringify(name.slice(0, 100));
		if (name === 'dump.dump') {
			throw new ForeignZipError(`The zip has a dump in the format of pg_dump; ${DUMP} is needed, in plain SQL.`);
		}
		if (name !== MANIFEST && name !== DUMP && !STORED.test(name) && !CHECKLIST.test(name)) {
			throw new ForeignZipError(`The zip holds ${shown}, which a zip of Odoo's database manager does not.`);
		}
		if (entries.has(name)) throw new ForeignZipError(`The zip holds ${shown} twice.`);
		if (entry.isEncrypted())
			throw new ForeignZipError('The zip is encrypted; Odoo cannot read such a one, either.');
		if (!entry.canDecodeFileData())
			throw new ForeignZipError(`The zip has ${shown} in a compression other than deflate.`);
		if (isLink(entry)) throw new ForeignZipError(`The zip holds ${shown} as a link.`);
		entries.set(name, entry);
	}
	return entries;
}

const isLink = ({ externalFileAttributes }: Entry) => ((externalFileAttributes >>> 16) & 0o170000) === 0o120000;

function* filesOf(entries: ReadonlyMap<string, Entry>, read: (entry: Entry) => AsyncIterable<Uint8Array>) {
	for (const [path, entry] of entries) {
		const [, name] = STORED.exec(path) ?? [];
		if (name !== undefined) yield { name, size: entry.uncompressedSize, content: read(entry) };
	}
}

/** @throws {ForeignZipError} where it would become larger than anything that is real, or uses bytes more than once */
function sizeOf(entries: Iterable<Entry>, fileSize: number): number {
	let compressed = 0;
	let size = 0;
	for (const entry of entries) {
		compressed += entry.compressedSize;
		size += entry.uncompressedSize;
	}
	if (compressed > fileSize || size > MAX_BYTES || size > Math.max(FREE_BYTES, MAX_RATIO * fileSize)) {
		throw new ForeignZipError('The zip would become absurdly large when it is unpacked.');
	}
	return size;
}

async function readManifest(entry: Entry, read: (entry: Entry) => AsyncIterable<Uint8Array>): Promise<OdooManifest> {
	if (entry.uncompressedSize > MAX_MANIFEST_BYTES)
		throw new ForeignZipError(`The ${MANIFEST} of the zip is too large.`);
	const chunks: Uint8Array[] = [];
	for await (const chunk of read(entry)) chunks.push(chunk);
	const parsed = z
		.string()
		.transform((text, context): unknown => {
			try {
				return JSON.parse(text);
			} catch {
				context.addIssue({ code: 'custom', message: 'is not JSON' });
				return z.NEVER;
			}
		})
		.pipe(odooManifestSchema)
		.safeParse(Buffer.concat(chunks).toString());
	if (parsed.success) return parsed.data;
	const [issue] = parsed.error.issues;
	const where = issue && issue.path.length > 0 ? `${issue.path.join('.')}: ` : '';
	throw new ForeignZipError(`The ${MANIFEST} of the zip is none of Odoo 14 to 19: ${where}${issue?.message ?? ''}`);
}

/** yauzl checks the size; the checksum is left to whoever reads. */
async function* contentOf(zip: yauzl.ZipFile, entry: Entry): AsyncGenerator<Uint8Array> {
	const damaged = `The zip is damaged: ${entry.fileName} cannot be read.`;
	const stream = await asForeign(damaged, zip.openReadStreamPromise(entry));
	const chunks = iterable(stream)[Symbol.asyncIterator]();
	let sum = 0;
	try {
		for (;;) {
			const chunk = await asForeign(damaged, chunks.next());
			if (chunk.done) break;
			sum = crc32(chunk.value, sum);
			yield chunk.value;
		}
	} finally {
		stream.destroy();
	}
	if (sum !== entry.crc32) throw new ForeignZipError(damaged);
}

/** What yauzl, zlib and the disk say is for the log. */
async function asForeign<T>(message: string, work: Promise<T>): Promise<T> {
	try {
		return await work;
	} catch (cause) {
		throw cause instanceof ForeignZipError ? cause : new ForeignZipError(message, { cause });
	}
}

/** A stream of bytes as one. */
const iterable = (stream: Readable): AsyncIterable<Uint8Array> => stream;
