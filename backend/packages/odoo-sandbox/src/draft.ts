import { PythonException, userError } from './errors';
import type { Change, Row, Value } from './journal';
import type { World } from './world';

/** How much one request may change, in characters and numbers; a document of the journal has to hold it. */
const MOST_CHANGED = 8_000_000;
/** How much searching one request may do: about fifty milliseconds, in which all others wait. */
const MOST_WORK = 100_000_000;

interface DraftTable {
	readonly rows: Map<number, Row>;
	readonly changed: Map<number, Row | null>;
	lastId: number;
}

/** What one request sees and does: the world as it was, with the request's own changes. Nothing lasts until committed. */
export class Draft {
	private readonly written = new Map<string, DraftTable>();
	private readonly referrers = new Map<string, Map<string, ReadonlyMap<number, readonly number[]>>>();

	private changedSize = 0;
	private workDone = 0;

	constructor(private readonly world: World) {}

	/** Counts what a search costs: a request that costs too much would make all others wait. Throws as PostgreSQL does. */
	work(units: number): void {
		this.workDone += units;
		if (this.workDone <= MOST_WORK) return;
		throw new PythonException('psycopg2.errors.QueryCanceled', 'canceling statement due to statement timeout\n');
	}

	rows(model: string): ReadonlyMap<number, Row> {
		return this.written.get(model)?.rows ?? this.world.table(model).rows;
	}

	get(model: string, id: number): Row | undefined {
		return this.rows(model).get(id);
	}

	put(model: string, row: Row & { readonly id: number }): void {
		const table = this.writable(model);
		this.changedSize += sizeOf(row) - sizeOf(table.changed.get(row.id));
		if (this.changedSize > MOST_CHANGED) throw userError('This is more than a sandbox changes in one call.');
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

/** How large a record is, in characters and numbers. */
export function sizeOf(row: Row | null | undefined): number {
	return Object.values(row ?? {}).reduce<number>((size, value) => size + sizeOfValue(value), 0);
}

function sizeOfValue(value: Value): number {
	return typeof value === 'string' || typeof value === 'object' ? value.length + 1 : 1;
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
