import type { JournalEntry, SandboxJournal } from '../../backend/src/runtimes/sandbox/journal';

/** A sandbox journal that lasts as long as its process. */
export function createMemoryJournal(): SandboxJournal {
	const byEnvironment = new Map<string, JournalEntry[]>();
	const entriesOf = (environmentId: string) => byEnvironment.get(environmentId) ?? [];
	return {
		read: (environmentId, afterVersion) =>
			Promise.resolve(entriesOf(environmentId).filter((entry) => entry.version > afterVersion)),
		append: (environmentId, entry) => {
			const entries = entriesOf(environmentId);
			if (entries.some((existing) => existing.version === entry.version)) return Promise.resolve(false);
			byEnvironment.set(environmentId, [...entries, structuredClone(entry)]);
			return Promise.resolve(true);
		},
		compact: (environmentId, version, changes) => {
			const later = entriesOf(environmentId).filter((entry) => entry.version > version);
			byEnvironment.set(environmentId, [
				{ version, snapshot: true, changes: structuredClone(changes) },
				...later,
			]);
			return Promise.resolve();
		},
		clear: (environmentId) => {
			byEnvironment.delete(environmentId);
			return Promise.resolve();
		},
	};
}
