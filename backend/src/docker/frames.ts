const HEADER_BYTES = 8;
const STDERR = 2;

/** A piece of what a program wrote. */
export interface Output {
	readonly stream: 'stdout' | 'stderr';
	readonly bytes: Buffer;
}

/**
 * Takes apart what Docker sends of a program without a terminal: frames of a header (the stream's number, three zeros,
 * the length in four bytes) and that many bytes.
 */
export async function* framesOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Output> {
	let rest: Buffer = Buffer.alloc(0);
	for await (const piece of pieces) {
		rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
		let at = 0;
		while (rest.length - at >= HEADER_BYTES) {
			const end = at + HEADER_BYTES + rest.readUInt32BE(at + 4);
			if (rest.length < end) break;
			yield {
				stream: rest[at] === STDERR ? 'stderr' : 'stdout',
				bytes: rest.subarray(at + HEADER_BYTES, end),
			};
			at = end;
		}
		rest = rest.subarray(at);
	}
}

/** The longest line that is passed on; the rest of a longer one is left out. In bytes. */
const LONGEST_LINE = 8_192;

/** Cuts what comes into lines. The last one may have no end. */
export function createLines(onLine: (line: string) => void) {
	const decoder = new TextDecoder();
	let rest = '';
	const tell = (line: string) => onLine(line.replace(/\r$/, '').slice(0, LONGEST_LINE));
	return {
		add(bytes: Uint8Array) {
			const [first = '', ...others] = decoder.decode(bytes, { stream: true }).split('\n');
			const line = rest + first;
			if (others.length === 0) {
				rest = line.slice(0, LONGEST_LINE);
				return;
			}
			tell(line);
			rest = others.pop() ?? '';
			others.forEach(tell);
		},
		end() {
			if (rest !== '') tell(rest);
			rest = '';
		},
	};
}
