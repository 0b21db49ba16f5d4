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
	/** @throws where there is no part of that name */
	read(name: string): AsyncIterable<Uint8Array>;
}

const MANIFEST = 'manifest.json';
/** In bytes. */
const LARGEST_MANIFEST = 1024 * 1024;

const manifestSchema = z.strictObject({
	/** Which kind of runtime made it, and how, e.g. `sandbox 1`. */
	format: z.string(),
	odoo_version: z.string(),
	parts: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })).readonly(),
});

/** What a snapshot holds. It is written last: a snapshot without it is not whole. */
export type SnapshotManifest = Readonly<z.infer<typeof manifestSchema>>;

/** What a snapshot has in common with the sites that it can be restored to. */
export type SnapshotOrigin = Pick<SnapshotManifest, 'format' | 'odoo_version'>;

/** A snapshot cannot be restored here; the message says why, in words for the environment's owner. */
export class SnapshotError extends Error {
	override readonly name = 'SnapshotError';
}

/** Writes the parts, one after the other, and then the manifest. */
export async function writeSnapshot(
	target: SnapshotTarget,
	origin: SnapshotOrigin,
	parts: Readonly<Record<string, AsyncIterable<Uint8Array>>>,
): Promise<SnapshotManifest> {
	const written: SnapshotManifest['parts'][number][] = [];
	for (const [name, content] of Object.entries(parts)) {
		const sum = createSum();
		await target.write(name, sum.through(content));
		written.push({ name, ...sum.result() });
	}
	const manifest = { ...origin, parts: written };
	await target.write(MANIFEST, Readable.from([Buffer.from(JSON.stringify(manifest))]));
	return manifest;
}

/** @throws SnapshotError where there is none, or it is of another format or another version of Odoo */
export async function readManifest(source: SnapshotSource, origin: SnapshotOrigin): Promise<SnapshotManifest> {
	const manifest = await parseManifest(source);
	if (manifest.format !== origin.format) {
		throw new SnapshotError(`The snapshot is of the kind "${manifest.format}"; "${origin.format}" is needed here.`);
	}
	if (manifest.odoo_version !== origin.odoo_version) {
		throw new SnapshotError(
			`The snapshot is of Odoo ${manifest.odoo_version}; the environment runs Odoo ${origin.odoo_version}.`,
		);
	}
	return manifest;
}

async function parseManifest(source: SnapshotSource): Promise<SnapshotManifest> {
	try {
		const pieces: Uint8Array[] = [];
		let bytes = 0;
		for await (const piece of source.read(MANIFEST)) {
			bytes += piece.length;
			if (bytes > LARGEST_MANIFEST) throw new Error('the manifest is too large');
			pieces.push(piece);
		}
		return manifestSchema.parse(JSON.parse(Buffer.concat(pieces).toString()));
	} catch (cause) {
		throw new SnapshotError('This is no whole snapshot: its manifest is missing or cannot be read.', { cause });
	}
}

/**
 * A part's content. Whoever reads it to its end knows that it is whole.
 * @throws SnapshotError at the end, where it is not what the manifest says
 */
export async function* readPart(
	source: SnapshotSource,
	{ parts }: SnapshotManifest,
	name: string,
): AsyncIterable<Uint8Array> {
	const expected = parts.find((part) => part.name === name);
	if (expected === undefined) throw new SnapshotError(`The snapshot has no part ${name}.`);
	const sum = createSum();
	yield* sum.through(source.read(name));
	const { bytes, sha256 } = sum.result();
	if (bytes !== expected.bytes || sha256 !== expected.sha256) {
		throw new SnapshotError(`The part ${name} of the snapshot is damaged: it is not what was written.`);
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
