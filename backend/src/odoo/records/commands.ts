import type { JsonObject, JsonValue } from '../json';
import type { FoundRecords } from './found-records';
import type { Lookup } from './lookup';
import type { NodeValue, RecordNode } from './payload';

/** The values of a record as Odoo's `create` and `write` take them, once all its lookups are found. */
export function odooValues({ values }: RecordNode, found: FoundRecords): JsonObject {
	return Object.fromEntries(values.map(([name, value]) => [name, odooValue(value, found)]));
}

/** Relations to several records as commands. Source: Odoo `odoo.fields.Command`. */
function odooValue(value: NodeValue, found: FoundRecords): JsonValue {
	switch (value.kind) {
		case 'plain':
			return value.value;
		case 'one':
			return found.get(value.lookup);
		case 'many': {
			const nested = value.lookups.flatMap((lookup) => found.nestedFor(lookup) ?? []);
			const there = value.lookups.filter((lookup) => !found.nestedFor(lookup));
			const ids = [...new Set(there.map((lookup) => found.get(lookup)))];
			const links: JsonValue[] = value.mode === 'replace' ? [[6, 0, ids]] : ids.map((id) => [4, id, 0]);
			return [...links, ...newRecords(nested, found)];
		}
		case 'lines':
			return newRecords(value.lines, found);
	}
}

/** Commands that make records and link them. */
export const newRecords = (nodes: readonly RecordNode[], found: FoundRecords): JsonValue[] =>
	nodes.map((node) => [0, 0, odooValues(node, found)]);

/** Every lookup of a record and its lines, in their order. */
export function lookupsOf({ values }: RecordNode): readonly Lookup[] {
	return values.flatMap(([, value]): readonly Lookup[] => {
		switch (value.kind) {
			case 'plain':
				return [];
			case 'one':
				return [value.lookup];
			case 'many':
				return value.lookups;
			case 'lines':
				return value.lines.flatMap(lookupsOf);
		}
	});
}
