import type { EnvironmentId } from '../../core/ids';

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
	read(environmentId: EnvironmentId, afterVersion: number): Promise<JournalEntry[]>;
	/** Writes the entry; false, with nothing written, when that version is there already: someone else was first. */
	append(environmentId: EnvironmentId, entry: JournalEntry): Promise<boolean>;
	/** Makes the entry of that version a snapshot of the world as it was then, and forgets the entries before it. */
	compact(environmentId: EnvironmentId, version: number, changes: readonly Change[]): Promise<void>;
	/** Forgets the environment. */
	clear(environmentId: EnvironmentId): Promise<void>;
}
