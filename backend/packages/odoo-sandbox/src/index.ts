export type { Clock } from './clock';
export { type Change, changeSchema, changesSchema, type JournalEntry, type SandboxJournal } from './journal';
export { createMemoryJournal } from './memory-journal';
export type { InstalledAddon } from './models/ir-module';
export { createSandbox, type Sandbox, type SandboxOptions, type SandboxSite } from './server';
