import type { JournalEntry, SandboxJournal } from './journal';

/** A sandbox journal that lasts as long as its process. */
export function createMemoryJournal(): SandboxJournal {
	const bySandbox = new Map<string, JournalEntry[]>();
	const entriesOf = (sandboxId: string) => bySandbox.get(sandboxId) ?? [];
	return {
		read: (sandboxId, afterVersion) =>
			Promise.resolve(entriesOf(sandboxId).filter((entry) => entry.version > afterVersion)),
		append: (sandboxId, entry) => {
			const entries = entriesOf(sandboxId);
			if (entries.some((existing) => existing.version === entry.version)) return Promise.resolve(false);
			bySandbox.set(sandboxId, [...entries, structuredClone(entry)]);
			return Promise.resolve(true);
		},
		compact: (sandboxId, version, changes) => {
			const later = entriesOf(sandboxId).filter((entry) => entry.version > version);
			bySandbox.set(sandboxId, [{ version, snapshot: true, changes: structuredClone(changes) }, ...later]);
			return Promise.resolve();
		},
		clear: (sandboxId) => {
			bySandbox.delete(sandboxId);
			return Promise.resolve();
		},
	};
}
