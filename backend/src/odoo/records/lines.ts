import type { OdooCall } from '../client';
import { isJsonObject, type JsonValue } from '../json';
import { RecordsError } from './errors';
import type { RecordNode } from './payload';
import { MAX_RECORDS } from './vals';

/** Sends one call to Odoo. */
export type Call = (request: OdooCall) => Promise<JsonValue>;

/** A record that a request wrote, and what it was to be. */
export interface WrittenRecord {
	readonly node: RecordNode;
	readonly id: number;
}

/** What files may take up in a call to Odoo, in characters. */
const MAX_SENT = 32 * 1024 * 1024;

/** Archived lines are lines too. */
const ALL = { context: { active_test: false } };

/** The ids in a one2many field of each of the records. */
export async function readLines(
	call: Call,
	{ model, ids, fields }: { model: string; ids: readonly number[]; fields: readonly string[] },
): Promise<ReadonlyMap<number, ReadonlyMap<string, readonly number[]>>> {
	const args = [[...ids], [...fields]];
	const rows = await call({ model, method: 'read', args, kwargs: ALL });
	return new Map(
		(Array.isArray(rows) ? rows : []).flatMap((row) =>
			isJsonObject(row) && typeof row.id === 'number'
				? [[row.id, new Map(fields.map((field) => [field, idsOf(row[field])]))]]
				: [],
		),
	);
}

/**
 * The records that have files, among those written and their lines, with the ids that Odoo gave the lines.
 * `before` holds the lines that a record had already, by record and field.
 */
export async function recordsWithFiles(
	call: Call,
	written: readonly WrittenRecord[],
	before: ReadonlyMap<number, ReadonlyMap<string, readonly number[]>> = new Map(),
): Promise<WrittenRecord[]> {
	const own = written.filter(({ node }) => node.attachments.length > 0);
	const lines: WrittenRecord[] = [];
	for (const model of new Set(written.map(({ node }) => node.model))) {
		const records = written.filter(({ node }) => node.model === model);
		const fields = [...new Set(records.flatMap(({ node }) => lineFieldsWithFiles(node)))];
		if (fields.length === 0) continue;
		const found = await readLines(call, { model, ids: records.map(({ id }) => id), fields });
		for (const { node, id } of records) {
			for (const field of lineFieldsWithFiles(node)) {
				const old = new Set(before.get(id)?.get(field));
				const ids = (found.get(id)?.get(field) ?? []).filter((line) => !old.has(line));
				lines.push(...pair(node, field, ids));
			}
		}
	}
	return lines.length === 0 ? own : [...own, ...(await recordsWithFiles(call, lines))];
}

/** Odoo makes lines in the order of their commands, so the lowest id is the first line's. */
function pair(node: RecordNode, field: string, ids: readonly number[]): WrittenRecord[] {
	const lines = linesIn(node, field);
	if (ids.length !== lines.length) {
		const what = `${node.model}.${field}: Odoo made ${ids.length} lines of the ${lines.length} given`;
		throw new RecordsError('invalid_value', `${what}, so that it is unclear whose the files of the lines are.`);
	}
	return ids
		.toSorted((one, other) => one - other)
		.flatMap((id, index) => {
			const line = lines[index];
			return line ? [{ node: line, id }] : [];
		});
}

/** The one2many fields below which a record has files. */
export const lineFieldsWithFiles = (node: RecordNode): string[] =>
	lineFields(node).filter((field) => linesIn(node, field).some(hasFiles));

/** Whether there are files to attach to a record or its lines. */
export const hasFiles = (node: RecordNode): boolean =>
	node.attachments.length > 0 || lineFieldsWithFiles(node).length > 0;

const lineFields = ({ values }: RecordNode): string[] =>
	values.flatMap(([name, value]) => (value.kind === 'lines' ? [name] : []));

const linesIn = ({ values }: RecordNode, field: string): readonly RecordNode[] =>
	values.flatMap(([name, value]) => (name === field && value.kind === 'lines' ? value.lines : []));

/** @throws {RecordsError} where too much would be made of a payload that is written to so many records. */
export function checkSize(node: RecordNode, records: number): void {
	const below = nodesBelow(node);
	if (below.length * records > MAX_RECORDS) {
		const what = `${below.length} lines for each of ${records} records`;
		throw new RecordsError('too_large', `${what} are too many: one call may make at most ${MAX_RECORDS}.`);
	}
	const files = [node, ...below].flatMap(({ attachments }) => attachments);
	const size = files.reduce((sum, { datas }) => sum + datas.length, 0);
	if (size * records <= MAX_SENT) return;
	const what = `The files for each of ${records} records`;
	throw new RecordsError(
		'too_large',
		`${what} are too large: one call may send at most ${MAX_SENT} bytes of base64.`,
	);
}

const nodesBelow = ({ values }: RecordNode): RecordNode[] =>
	values.flatMap(([, value]) =>
		value.kind === 'lines' ? value.lines.flatMap((line) => [line, ...nodesBelow(line)]) : [],
	);

/** Deletes records, and of what was made below them whatever does not go along. */
export async function removeWithLines(call: Call, nodes: readonly RecordNode[], ids: readonly number[]): Promise<void> {
	const [first] = nodes;
	if (!first || ids.length === 0) return;
	const below = await linesBelow(call, nodes, ids);
	for (const { model, ids: made } of [{ model: first.model, ids }, ...below]) {
		const left = await call({ model, method: 'search', args: [[['id', 'in', [...made]]]], kwargs: ALL });
		if (idsOf(left).length > 0) await call({ model, method: 'unlink', args: [left], kwargs: {} });
	}
}

/** The lines below records of one model, from the uppermost down. */
async function linesBelow(
	call: Call,
	nodes: readonly RecordNode[],
	ids: readonly number[],
): Promise<{ model: string; ids: readonly number[] }[]> {
	const [first] = nodes;
	const fields = [...new Set(nodes.flatMap(lineFields))];
	if (!first || fields.length === 0) return [];
	const found = await readLines(call, { model: first.model, ids, fields });
	const below: { model: string; ids: readonly number[] }[] = [];
	for (const field of fields) {
		const lines = nodes.flatMap((node) => linesIn(node, field));
		const [line] = lines;
		const lineIds = [...found.values()].flatMap((row) => row.get(field) ?? []);
		if (!line || lineIds.length === 0) continue;
		below.push({ model: line.model, ids: lineIds }, ...(await linesBelow(call, lines, lineIds)));
	}
	return below;
}

/** The ids in an answer. */
export const idsOf = (answer: JsonValue | undefined): number[] =>
	Array.isArray(answer) ? answer.filter((id) => typeof id === 'number') : [];
