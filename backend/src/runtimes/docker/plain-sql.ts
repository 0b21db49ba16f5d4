const LINE_FEED = 0x0a;
const LONGEST = 200;
const RESTRICTION = /^\\(un)?restrict \S+\r?$/;
const COPY = /^COPY .* FROM stdin;\r?$/;
const END_OF_COPY = /^\\\.\r?$/;

/**
 * SQL without the commands by which PostgreSQL 17.6 and later keep `psql` from others: an older one does not know them, and
 * within a restriction of ours they are refused. Rows of tables are passed on as they are.
 */
export async function* withoutRestrictions(sql: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	let rest: Buffer = Buffer.alloc(0);
	let isCopying = false;
	const keeps = (line: Buffer) => {
		const text = line.length > LONGEST ? line.toString('latin1', 0, LONGEST) : line.toString('latin1');
		if (isCopying) {
			isCopying = !END_OF_COPY.test(text);
			return true;
		}
		isCopying = line.length <= LONGEST ? COPY.test(text) : isLongCopy(line);
		return !RESTRICTION.test(text);
	};
	for await (const piece of sql) {
		const bytes = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
		const kept: Buffer[] = [];
		let at = 0;
		for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, at)) {
			if (keeps(bytes.subarray(at, end))) kept.push(bytes.subarray(at, end + 1));
			at = end + 1;
		}
		rest = bytes.subarray(at);
		if (kept.length > 0) yield Buffer.concat(kept);
	}
	if (rest.length > 0 && keeps(rest)) yield rest;
}

/** A table of many columns. */
const isLongCopy = (line: Buffer) =>
	line.subarray(0, 5).toString('latin1') === 'COPY ' && COPY.test(line.toString('latin1'));
