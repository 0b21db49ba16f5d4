import { type Change, changeSchema } from '@odoo-platform/odoo-sandbox';
import { SnapshotError } from '../snapshot';

const PIECE_BYTES = 64 * 1024;

/** Records as lines of JSON, some of them at a time; `onPiece` is told how many of them have gone. */
export async function* toLines(changes: readonly Change[], onPiece: (done: number) => Promise<void>) {
	let text = '';
	for (const [index, change] of changes.entries()) {
		text += `${JSON.stringify(change)}\n`;
		if (text.length < PIECE_BYTES && index < changes.length - 1) continue;
		yield Buffer.from(text);
		text = '';
		await onPiece(index + 1);
	}
}

/** Reads them back. @throws SnapshotError where they are none */
export async function fromLines(pieces: AsyncIterable<Uint8Array>): Promise<Change[]> {
	const decoder = new TextDecoder();
	const changes: Change[] = [];
	let rest = '';
	for await (const piece of pieces) {
		const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
		rest = lines.pop() ?? '';
		changes.push(...lines.map(parseLine));
	}
	return rest === '' ? changes : [...changes, parseLine(rest)];
}

function parseLine(line: string): Change {
	try {
		return changeSchema.parse(JSON.parse(line));
	} catch (cause) {
		throw new SnapshotError('The snapshot holds what is no record of a sandbox.', { cause });
	}
}
