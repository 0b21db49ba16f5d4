/** Records as a person reads them. */
export function table(records) {
	const columns = Object.keys(records[0] ?? {});
	const text = (value) => (Array.isArray(value) ? String(value[1] ?? '') : value === false ? '' : String(value));
	const rows = [columns, ...records.map((record) => columns.map((column) => text(record[column])))];
	const widths = columns.map((_, index) => Math.max(...rows.map((row) => row[index].length)));
	const isNumber = columns.map((column) => records.every((record) => typeof record[column] === 'number'));
	const cell = (content, index) =>
		isNumber[index] ? content.padStart(widths[index]) : content.padEnd(widths[index]);
	const line = (row) => `  ${row.map(cell).join('  ')}`.trimEnd();
	return [line(rows[0]), `  ${widths.map((width) => '─'.repeat(width)).join('  ')}`, ...rows.slice(1).map(line)].join(
		'\n',
	);
}
