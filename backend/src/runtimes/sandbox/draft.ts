import type { Change, Row } from './journal';
import type { World } from './world';

interface DraftTable {
	readonly rows: Map<number, Row>;
	readonly changed: Map<number, Row | null>;
	lastId: number;
}

/** What one request sees and does: the world as it was, with the request's own changes. Nothing lasts until committed. */
export class Draft {
	private readonly written = new Map<string, DraftTable>();
	private readonly referrers = new Map<string, Map<string, ReadonlyMap<number, readonly number[]>>>();

	constructor(private readonly world: World) {}

	rows(model: string): ReadonlyMap<number, Row> {
		return this.written.get(model)?.rows ?? this.world.table(model).rows;
	}

	get(model: string, id: number): Row | undefined {
		return this.rows(model).get(id);
	}

	put(model: string, row: Row & { readonly id: number }): void {
		const table = this.writable(model);
		table.rows.set(row.id, row);
		table.changed.set(row.id, row);
		table.lastId = Math.max(table.lastId, row.id);
	}

	delete(model: string, id: number): void {
		const table = this.writable(model);
		table.rows.delete(id);
		table.changed.set(id, null);
	}

	nextId(model: string): number {
		return (this.written.get(model)?.lastId ?? this.world.table(model).lastId) + 1;
	}

	/** The records whose `field` (many2one or many2many) names `id`. */
	referring(model: string, field: string, id: number): readonly number[] {
		const ofModel = this.referrers.get(model) ?? new Map<string, ReadonlyMap<number, readonly number[]>>();
		this.referrers.set(model, ofModel);
		const index = ofModel.get(field) ?? indexBy(this.rows(model), field);
		ofModel.set(field, index);
		return index.get(id) ?? [];
	}

	get changes(): Change[] {
		return [...this.written].flatMap(([model, { changed }]) =>
			[...changed].map(([id, row]): Change => ({ model, id, row })),
		);
	}

	private writable(model: string): DraftTable {
		this.referrers.delete(model);
		const existing = this.written.get(model);
		if (existing) return existing;
		const { rows, lastId } = this.world.table(model);
		const table: DraftTable = { rows: new Map(rows), changed: new Map(), lastId };
		this.written.set(model, table);
		return table;
	}
}

function indexBy(rows: ReadonlyMap<number, Row>, field: string): Map<number, number[]> {
	const index = new Map<number, number[]>();
	for (const [id, row] of rows) {
		const value = row[field];
		const targets = typeof value === 'number' ? [value] : typeof value === 'object' ? value : [];
		for (const target of targets) {
			const referrers = index.get(target);
			if (referrers) referrers.push(id);
			else index.set(target, [id]);
		}
	}
	return index;
}
