const LINE_FEED = 0x0a;
/** How much of a line is looked at. */
const LOOKED_AT = 2_000;
const RESTRICTION = /^\\(un)?restrict \S+\r?$/;
const COPY = /^COPY .* FROM stdin;\r?$/;
const END_OF_COPY = /^\\\.\r?$/;

/**
 * SQL without the commands by which PostgreSQL 17.6 and later keep `psql` from others: an older one does not know them, and
 * within a restriction of ours they are refused. Rows of tables are passed on as they are, and long lines as they come.
 */
export async function* withoutRestrictions(sql: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	/** A line whose end has not come yet, as long as it may still be one that is left out. */
	let held: Buffer = Buffer.alloc(0);
	/** Whether the beginning of such a line was passed on already. */
	let isLong = false;
	let isCopying = false;
	/** Whether a whole line stays. */
	const keeps = (line: Buffer) => {
		const text = line.toString('latin1');
		if (isCopying) {
			isCopying = !END_OF_COPY.test(text);
			return true;
		}
		isCopying = COPY.test(text);
		return !RESTRICTION.test(text);
	};
	for await (const piece of sql) {
		const bytes = Buffer.from(piece);
		const kept: Buffer[] = [];
		let at = 0;
		for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, at)) {
			const rest = bytes.subarray(at, end + 1);
			const line = held.length === 0 ? rest : Buffer.concat([held, rest]);
			if (isLong || keeps(line.subarray(0, -1))) kept.push(line);
			held = Buffer.alloc(0);
			isLong = false;
			at = end + 1;
		}
		held = held.length === 0 ? bytes.subarray(at) : Buffer.concat([held, bytes.subarray(at)]);
		if (isLong || held.length > LOOKED_AT) {
			kept.push(held);
			held = Buffer.alloc(0);
			isLong = true;
		}
		if (kept.length > 0) yield Buffer.concat(kept);
	}
	if (held.length > 0 && (isLong || keeps(held))) yield held;
}
