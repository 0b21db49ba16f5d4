/**
 * JSON that is written already, and too large to be read by who only hands it on: a list or an object cut between its
 * items, or any other value in one piece.
 */
export class JsonBytes {
	constructor(readonly pieces: readonly Uint8Array[]) {}

	/** In bytes. */
	get size(): number {
		return this.pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
	}

	/** What it says, all at once; `JSON.stringify` calls it. Takes as long as it is large. */
	toJSON(): unknown {
		return JSON.parse(Buffer.concat(this.pieces).toString());
	}
}
