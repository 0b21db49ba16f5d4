import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { z } from 'zod';

/** Takes the parts of a snapshot, each written whole before the next. */
export interface SnapshotTarget {
	/** Replaces the part where there is one of that name. Rejects with what the content's stream throws. */
	write(name: string, content: AsyncIterable<Uint8Array>): Promise<void>;
}

/** Gives the parts back. */
export interface SnapshotSource {
	/** @throws SnapshotError where there is no part of that name */
	read(name: string): AsyncIterable<Uint8Array>;
}

const ORIGIN = 'origin.json';
const MANIFEST = 'manifest.json';
/** Of each of the two, in bytes. */
const LARGEST_TEXT = 4 * 1024 * 1024;

const originSchema = z.strictObject({
	/** Which kind of runtime made it, and how, e.g. `sandbox 1`. */
	format: z.string(),
	odoo_version: z.string(),
	/** The modules that are installed, and their versions. */
	modules: z.record(z.string(), z.string()),
	/** Those of them that its repository brought, by their content. */
	addons: z.array(z.strictObject({ name: z.string(), version: z.string(), content: z.string() })).readonly(),
	/** What it takes where it is restored; 0: not known. */
	bytes: z.number(),
});

/** What a snapshot is of. It is written first, so that what cannot be restored is refused before anything is read. */
export type SnapshotOrigin = Readonly<z.infer<typeof originSchema>>;

const manifestSchema = z.strictObject({
	parts: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })).readonly(),
});

/** What a snapshot holds. It is written last: a snapshot without it is not whole. */
export type SnapshotManifest = Readonly<z.infer<typeof manifestSchema>>;

/** A snapshot cannot be restored here; the message says why, in words for the environment's owner. */
export class SnapshotError extends Error {
	override readonly name = 'SnapshotError';
}

/** Writes what it is of, then the parts, one after the other, and then the manifest. */
export async function writeSnapshot(
	target: SnapshotTarget,
	origin: SnapshotOrigin,
	parts: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
): Promise<SnapshotManifest> {
	const writeJson = (name: string, value: SnapshotOrigin | SnapshotManifest) =>
		target.write(name, Readable.from([Buffer.from(JSON.stringify(value))]));
	await writeJson(ORIGIN, origin);
	const written: SnapshotManifest['parts'][number][] = [];
	for (const [name, content] of Object.entries(parts)) {
		const sum = createSum();
		await target.write(name, sum.through(content));
		written.push({ name, ...sum.result() });
	}
	const manifest = { parts: written };
	await writeJson(MANIFEST, manifest);
	return manifest;
}

/** A snapshot that is read once, from its beginning to its end. */
export interface SnapshotReader {
	readonly origin: SnapshotOrigin;
	/** The next part. */
	read(name: string): AsyncIterable<Uint8Array>;
	/** To be called after all parts were read. @throws SnapshotError where something is not what was written */
	finish(): Promise<void>;
}

/** @throws SnapshotError where there is none, or it is of another format or another version of Odoo */
export async function openSnapshot(
	source: SnapshotSource,
	{ formats, odoo_version }: { readonly formats: readonly string[]; readonly odoo_version: string },
): Promise<SnapshotReader> {
	const origin = await readOrigin(source);
	if (!formats.includes(origin.format)) {
		throw new SnapshotError(`The snapshot is of the kind "${origin.format}"; "${formats[0]}" is needed here.`);
	}
	if (origin.odoo_version !== odoo_version) {
		throw new SnapshotError(
			`The snapshot is of Odoo ${origin.odoo_version}; the environment runs Odoo ${odoo_version}.`,
		);
	}
	const found: { readonly name: string; readonly sum: ReturnType<typeof createSum> }[] = [];
	return {
		origin,
		read(name) {
			const sum = createSum();
			found.push({ name, sum });
			return sum.through(source.read(name));
		},
		async finish() {
			const { parts } = await readManifest(source);
			for (const { name, bytes, sha256 } of parts) {
				const sum = found.find((part) => part.name === name)?.sum.result();
				if (sum?.bytes === bytes && sum.sha256 === sha256) continue;
				throw new SnapshotError(`The part ${name} of the snapshot is damaged: it is not what was written.`);
			}
		},
	};
}

/** What a snapshot is of. @throws SnapshotError where there is none */
export const readOrigin = (source: SnapshotSource): Promise<SnapshotOrigin> => readJson(source, ORIGIN, originSchema);

/** What a snapshot holds. @throws SnapshotError where that is not known */
export const readManifest = (source: SnapshotSource): Promise<SnapshotManifest> =>
	readJson(source, MANIFEST, manifestSchema);

async function readJson<T>(source: SnapshotSource, name: string, schema: z.ZodType<T>): Promise<T> {
	const broken = (cause?: unknown) =>
		new SnapshotError(`This is no whole snapshot: its ${name} is missing or cannot be read.`, { cause });
	const pieces: Uint8Array[] = [];
	let bytes = 0;
	for await (const piece of source.read(name)) {
		bytes += piece.length;
		if (bytes > LARGEST_TEXT) throw broken();
		pieces.push(piece);
	}
	try {
		return schema.parse(JSON.parse(Buffer.concat(pieces).toString()));
	} catch (cause) {
		throw broken(cause);
	}
}

/** The length and the hash of what passes through. */
function createSum() {
	const hash = createHash('sha256');
	let bytes = 0;
	return {
		async *through(content: AsyncIterable<Uint8Array>) {
			for await (const piece of content) {
				hash.update(piece);
				bytes += piece.length;
				yield piece;
			}
		},
		result: () => ({ bytes, sha256: hash.digest('hex') }),
	};
}
