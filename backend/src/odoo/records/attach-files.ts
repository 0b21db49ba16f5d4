import { idsOf, type WrittenRecord } from './lines';
import type { Work } from './work';

const MODEL = 'ir.attachment';

/** Attaches the files of all the records in one call, and notes how to take them away again. */
export async function attachFiles(work: Work, records: readonly WrittenRecord[]): Promise<void> {
	const files = records.flatMap(({ node, id }) =>
		node.attachments.map(({ name, datas }) => ({ name, datas, res_model: node.model, res_id: id })),
	);
	if (files.length === 0) return;
	const ids = idsOf(await work.call({ model: MODEL, method: 'create', args: [files], kwargs: {} }));
	work.add({
		name: `${MODEL} ${ids.join(', ')}`,
		// Files go along with the record that they are attached to.
		undo: async (call) => {
			const left = await call({ model: MODEL, method: 'search', args: [[['id', 'in', ids]]], kwargs: {} });
			if (idsOf(left).length > 0) await call({ model: MODEL, method: 'unlink', args: [left], kwargs: {} });
		},
	});
}
