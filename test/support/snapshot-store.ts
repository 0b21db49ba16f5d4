import { Readable } from 'node:stream';
import { SnapshotError, type SnapshotSource, type SnapshotTarget } from '../../backend/src/runtimes/snapshot';

/** Keeps a snapshot in memory; a test may look at its parts and spoil them. */
export function createMemoryStore(): SnapshotTarget & SnapshotSource & { readonly parts: Map<string, Buffer> } {
	const parts = new Map<string, Buffer>();
	return {
		parts,
		write: async (name, content) => {
			const pieces: Uint8Array[] = [];
			for await (const piece of content) pieces.push(piece);
			parts.set(name, Buffer.concat(pieces));
		},
		read: (name) => {
			const content = parts.get(name);
			if (content === undefined) throw new SnapshotError(`This is no whole snapshot: it has no part ${name}.`);
			return Readable.from([content]);
		},
	};
}
