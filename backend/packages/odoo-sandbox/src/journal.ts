import { z } from 'zod';

/** A field's stored value, as Odoo's API shows it: unset is `false`, a many2many is a list of ids. */
export type Value = string | number | boolean | readonly number[];

/** A record's stored fields, `id` among them. */
export type Row = Readonly<Record<string, Value>>;

/** One record as it is from now on; `null`: it is gone, and its id is never given again. */
export interface Change {
	readonly model: string;
	readonly id: number;
	readonly row: Row | null;
}

/** Reads a change back that was kept as JSON. */
export const changeSchema: z.ZodType<Change> = z.object({
	model: z.string(),
	id: z.number(),
	row: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.number())])).nullable(),
});

/** Reads changes back that were kept as JSON. */
export const changesSchema = z.array(changeSchema);

/** What one request did. Versions count from 1 without gaps; a snapshot holds the whole world and ends what was before. */
export interface JournalEntry {
	readonly version: number;
	readonly snapshot: boolean;
	readonly changes: readonly Change[];
}

/**
 * What happened in the sandboxes, shared by all replicas of the service. An entry is written whole or not at all, so a
 * request either happened or left nothing behind.
 */
export interface SandboxJournal {
	/** The entries after that version, oldest first. During a `compact` the ones before its snapshot may be missing. */
	read(sandboxId: string, afterVersion: number): Promise<JournalEntry[]>;
	/** Writes the entry; false, with nothing written, when that version is there already: someone else was first. */
	append(sandboxId: string, entry: JournalEntry): Promise<boolean>;
	/** Makes the entry of that version a snapshot of the world as it was then, and forgets the entries before it. */
	compact(sandboxId: string, version: number, changes: readonly Change[]): Promise<void>;
	/** Forgets the sandbox. */
	clear(sandboxId: string): Promise<void>;
}
