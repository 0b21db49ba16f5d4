import type { JsonObject } from '../json';
import { attachFiles } from './attach-files';
import type { MissingRecord } from './auto-create';
import { newRecords, odooValues } from './commands';
import type { FoundRecords } from './found-records';
import {
	idsOf,
	lineFieldsWithFiles,
	readLines,
	recordsWithFiles,
	removeWithLines,
	type Call,
	type WrittenRecord,
} from './lines';
import type { RecordNode } from './payload';
import type { Work } from './work';

/** Makes records of one model in one call, and notes how to take them away again. */
export async function createNodes(
	work: Work,
	nodes: readonly RecordNode[],
	found: FoundRecords,
	call: Call = work.call,
): Promise<WrittenRecord[]> {
	const [first] = nodes;
	if (!first) return [];
	const { model } = first;
	const company = await found.otherCompany(first);
	const args = [nodes.map((node) => odooValues(node, found))];
	// What is made along with a record of another company is to be in that one too.
	const kwargs: JsonObject = company === null ? {} : { context: { default_company_id: company } };
	const ids = idsOf(await call({ model, method: 'create', args, kwargs }));
	work.add({ name: `${model} ${ids.join(', ')}`, undo: (undoing) => removeWithLines(undoing, nodes, ids) });
	return nodes.flatMap((node, index): WrittenRecord[] => {
		const id = ids[index];
		return id === undefined ? [] : [{ node, id }];
	});
}

/** Makes what relations name and Odoo does not have yet, one call for each model. */
export async function makeMissing(work: Work, missing: readonly MissingRecord[], found: FoundRecords): Promise<void> {
	const made: WrittenRecord[] = [];
	for (const group of await groupsOf(missing, found)) {
		const nodes = group.map(({ node }) => node);
		const written = await createNodes(work, nodes, found);
		for (const [index, { id }] of written.entries()) {
			const lookup = group[index]?.lookup;
			if (lookup) found.set(lookup, id);
		}
		made.push(...written);
	}
	await attachFiles(work, await recordsWithFiles(work.call, made));
}

/** By model and company. */
async function groupsOf(missing: readonly MissingRecord[], found: FoundRecords): Promise<MissingRecord[][]> {
	const groups = new Map<string, MissingRecord[]>();
	for (const record of missing) {
		const key = `${record.node.model} ${(await found.otherCompany(record.node)) ?? ''}`;
		const group = groups.get(key) ?? [];
		groups.set(key, group);
		group.push(record);
	}
	return [...groups.values()];
}

interface Update {
	readonly node: RecordNode;
	/** The records, each with the lines that it has in the fields that the node writes. */
	readonly rows: readonly JsonObject[];
	readonly ids: readonly number[];
	readonly found: FoundRecords;
}

/**
 * Writes a node's values into records, in one call, in which one2many lines are deleted and made anew. Files come first,
 * as they can be taken away again; and so new lines that are to have files are made before the old ones are deleted.
 */
export async function writeNode(work: Work, { node, rows, ids, found }: Update): Promise<void> {
	const early = lineFieldsWithFiles(node);
	const before = early.length === 0 ? undefined : await addLines(work, { node, ids, found }, early);
	const written = ids.map((id) => ({ node, id }));
	await attachFiles(work, await recordsWithFiles(work.call, written, before));
	const values = Object.entries(odooValues(node, found)).map(([name, value]) => {
		const lines = node.values.find(([field]) => field === name)?.[1];
		if (lines?.kind !== 'lines') return [name, value];
		const old = rows.flatMap((row) => idsOf(row[name]));
		// Some models write their records one by one, where a line of another is already gone (Odoo 14's account.move).
		const canClear = lines.areParts && ids.length > 1 && !early.includes(name);
		const deleted = canClear ? [[5, 0, 0]] : old.map((line) => [2, line, 0]);
		return [name, early.includes(name) ? deleted : [...deleted, ...newRecords(lines.lines, found)]];
	});
	if (values.length === 0) return;
	const args = [[...ids], Object.fromEntries(values)];
	await work.callUsing({ model: node.model, method: 'write', args, kwargs: {} });
}

/** Adds the lines of some fields; gives those that were there before. */
async function addLines(work: Work, { node, ids, found }: Omit<Update, 'rows'>, fields: readonly string[]) {
	const { model } = node;
	const before = await readLines(work.call, { model, ids, fields });
	const added = node.values.filter(([name]) => fields.includes(name));
	// Noted before, as what is there afterwards tells whether they were made.
	work.add({
		name: `new lines of ${model} ${ids.join(', ')}`,
		undo: async (call) => {
			const after = await readLines(call, { model, ids, fields });
			for (const [name, value] of added) {
				const old = new Set([...before.values()].flatMap((row) => row.get(name) ?? []));
				const made = [...after.values()].flatMap((row) => row.get(name) ?? []).filter((id) => !old.has(id));
				if (value.kind === 'lines') await removeWithLines(call, value.lines, made);
			}
		},
	});
	const args = [[...ids], odooValues({ ...node, values: added }, found)];
	await work.call({ model, method: 'write', args, kwargs: {} });
	return before;
}
