import type { Change, JournalEntry, Row } from './journal';

/** The records of one model, by id, and the highest id ever given. */
export interface Table {
	readonly rows: ReadonlyMap<number, Row>;
	readonly lastId: number;
}

const EMPTY: Table = { rows: new Map(), lastId: 0 };

/** All records of a sandbox after some request. Never changes; a request works on a `Draft` of it. */
export class World {
	static readonly empty = new World(0, 0, new Map());

	private constructor(
		readonly version: number,
		/** How many entries were applied since the last snapshot. */
		readonly sinceSnapshot: number,
		private readonly tables: ReadonlyMap<string, Table>,
	) {}

	table(model: string): Table {
		return this.tables.get(model) ?? EMPTY;
	}

	/** The world after those entries, oldest first; null when one of them is missing. */
	after(entries: readonly JournalEntry[]): World | null {
		const lastSnapshot = entries.findLastIndex((entry) => entry.snapshot);
		const tables = lastSnapshot < 0 ? new Map(this.tables) : new Map<string, Table>();
		let { version, sinceSnapshot } = this;
		for (const entry of entries.slice(Math.max(lastSnapshot, 0))) {
			if (entry.snapshot) sinceSnapshot = 0;
			else if (entry.version === version + 1) sinceSnapshot += 1;
			else return null;
			version = entry.version;
			applyChanges(tables, entry.changes);
		}
		return new World(version, sinceSnapshot, tables);
	}

	/** The same world, counting entries anew. */
	snapshotted(): World {
		return new World(this.version, 0, this.tables);
	}

	/** Changes that make this world out of an empty one. */
	toChanges(): Change[] {
		return [...this.tables].flatMap(([model, { rows, lastId }]) => {
			const changes = [...rows].map(([id, row]): Change => ({ model, id, row }));
			return rows.has(lastId) ? changes : [...changes, { model, id: lastId, row: null }];
		});
	}
}

function applyChanges(tables: Map<string, Table>, changes: readonly Change[]): void {
	const copies = new Map<string, { rows: Map<number, Row>; lastId: number }>();
	for (const { model, id, row } of changes) {
		let copy = copies.get(model);
		if (!copy) {
			const table = tables.get(model) ?? EMPTY;
			copy = { rows: new Map(table.rows), lastId: table.lastId };
			copies.set(model, copy);
			tables.set(model, copy);
		}
		if (row) copy.rows.set(id, row);
		else copy.rows.delete(id);
		copy.lastId = Math.max(copy.lastId, id);
	}
}
