import type { CallOptions, OdooClient } from '../client';
import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { RecordsError } from './errors';
import type { FieldCatalog } from './fields';
import type { Lookup, LookupScope } from './lookup';
import type { RecordNode } from './payload';

/** How many searches of one request run at once. */
const AT_ONCE = 4;

/** A lookup with the companies whose records it may find (false: none); null for all records. */
interface Search extends Lookup {
	readonly key: string;
	readonly companies: readonly (number | false)[] | null;
}

/** What lookups found. Equal lookups are one, and those that look into the same fields of a model are one search. */
export class FoundRecords {
	private readonly searches = new Map<Lookup, Search>();
	/** At most two ids each: the second tells that there are several. */
	private readonly ids = new Map<string, readonly number[]>();
	private readonly nested = new Map<string, RecordNode>();

	constructor(
		private readonly client: OdooClient,
		private readonly catalog: FieldCatalog,
		private readonly options: CallOptions,
	) {}

	/** Rejects with an `OdooError`, or a `RecordsError` where the company that others depend on is not found. */
	async look(lookups: readonly Lookup[]): Promise<void> {
		const companies = lookups.flatMap(({ scope }) => (scope.kind === 'lookup' ? [scope.lookup] : []));
		await this.searchAll(companies);
		await this.searchAll(lookups);
	}

	/** The record that a lookup names, null where there is none. @throws {RecordsError} where there are several. */
	find(lookup: Lookup): number | null {
		const [id = null, another] = this.ids.get(this.keyOf(lookup)) ?? [];
		if (another === undefined) return id;
		throw new RecordsError('ambiguous', `'${valueOf(lookup)}' matched more than 1 record`);
	}

	/** As `find`, but there must be one. */
	get(lookup: Lookup): number {
		const id = this.find(lookup);
		if (id !== null) return id;
		throw new RecordsError('no_match', `'${lookup.field}': '${valueOf(lookup)}' found no match.`);
	}

	/** Names the record that was made for a lookup that had found nothing. */
	set(lookup: Lookup, id: number): void {
		this.ids.set(this.keyOf(lookup), [id]);
	}

	/** Has the record made by the very call that writes the one whose field is to hold it. */
	nest(lookup: Lookup, node: RecordNode): void {
		this.nested.set(this.keyOf(lookup), node);
	}

	/** What is to be made that way. */
	nestedFor(lookup: Lookup): RecordNode | undefined {
		return this.nested.get(this.keyOf(lookup));
	}

	/** The same for lookups that name the same record. */
	keyOf(lookup: Lookup): string {
		return this.searches.get(lookup)?.key ?? '';
	}

	/** The company of a record where it is another than the one that the user works in; else null. */
	async otherCompany({ scope }: RecordNode): Promise<number | null> {
		const company = scope.kind === 'lookup' ? this.get(scope.lookup) : scope.kind === 'company' ? scope.id : null;
		return company === null || company === (await this.catalog.company()) ? null : company;
	}

	private async searchAll(lookups: readonly Lookup[]): Promise<void> {
		const groups = new Map<string, Map<string, Search>>();
		for (const lookup of lookups) {
			const search = await this.prepare(lookup);
			if (this.ids.has(search.key)) continue;
			// What lies behind a path cannot be read with the record, and so not be told apart.
			const ownQuery = search.by.some(([path]) => path.includes('.')) ? search.key : '';
			const name = JSON.stringify([search.model, search.by.map(([path]) => path), search.companies, ownQuery]);
			const group = groups.get(name) ?? new Map<string, Search>();
			groups.set(name, group.set(search.key, search));
		}
		const waiting = [...groups.values()];
		while (waiting.length > 0) {
			await Promise.all(waiting.splice(0, AT_ONCE).map((group) => this.searchGroup([...group.values()])));
		}
	}

	private async prepare(lookup: Lookup): Promise<Search> {
		const known = this.searches.get(lookup);
		if (known) return known;
		const companies = await this.companiesOf(lookup.scope);
		const key = JSON.stringify([lookup.model, lookup.by, companies]);
		const search = { ...lookup, companies, key };
		this.searches.set(lookup, search);
		return search;
	}

	private async companiesOf(scope: LookupScope): Promise<(number | false)[] | null> {
		switch (scope.kind) {
			case 'any':
				return null;
			case 'shared':
				return [false];
			case 'company':
				return [scope.id, false];
			case 'lookup':
				return [this.get(scope.lookup), false];
			case 'own':
				return [(await this.catalog.company()) ?? false, false];
		}
	}

	/** One query for lookups by the same fields; those that its rows cannot be told apart for are asked one by one. */
	private async searchGroup(group: readonly Search[]): Promise<void> {
		const [first, ...others] = group;
		if (!first) return;
		if (others.length === 0) {
			this.ids.set(first.key, (await this.query(first, group, 2)).map(idOf));
			return;
		}
		// One row more than there are lookups shows, if all rows belong to lookups, that one of these has several.
		const rows = await this.query(first, group, group.length + 1);
		const idsByValues = new Map<string, number[]>(group.map((search) => [valuesKey(search), []]));
		let strays = false;
		for (const row of rows) {
			const ids = idsByValues.get(JSON.stringify(first.by.map(([path]) => shownValue(row[path]))));
			if (ids) ids.push(idOf(row));
			else strays = true;
		}
		const isCut = rows.length > group.length;
		for (const search of group) {
			const ids = idsByValues.get(valuesKey(search)) ?? [];
			if (!strays || (ids.length > 0 && !isCut)) this.ids.set(search.key, ids);
			else await this.searchGroup([search]);
		}
	}

	private async query(like: Search, group: readonly Search[], limit: number): Promise<JsonObject[]> {
		const { model, companies, by } = like;
		const own = companies === null ? [] : [['company_id', 'in', [...companies]]];
		const args = [[...own, ...conditions(group)]];
		const fields = by.map(([path]) => path).filter((path) => !path.includes('.'));
		const kwargs = { fields: [...new Set(['id', ...fields])], limit, order: 'id' };
		const rows = await this.client.call({ model, method: 'search_read', args, kwargs }, this.options);
		return Array.isArray(rows) ? rows.filter((row) => isJsonObject(row)) : [];
	}
}

/** A domain for records that fit one of the lookups, which are all by the same fields. */
function conditions(group: readonly Lookup[]): JsonValue[] {
	const [first, ...others] = group;
	const [field, ...more] = first?.by ?? [];
	if (field && more.length === 0 && others.length > 0) {
		return [[field[0], 'in', group.flatMap(({ by }) => by.map(([, value]) => value))]];
	}
	const each = group.map(({ by }) => [
		...by.slice(1).map(() => '&'),
		...by.map(([path, value]) => [path, '=', value]),
	]);
	return [...others.map(() => '|'), ...each.flat()];
}

const idOf = ({ id }: JsonObject): number => (typeof id === 'number' ? id : 0);

/** A many2one is read with its name. */
const shownValue = (value: JsonValue | undefined): JsonValue =>
	Array.isArray(value) ? (value[0] ?? null) : (value ?? null);

const valuesKey = ({ by }: Lookup): string => JSON.stringify(by.map(([, value]) => value));

const valueOf = ({ by }: Lookup): string => by.map(([, value]) => String(value)).join(', ');
