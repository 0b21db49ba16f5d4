import { isJsonObject, type JsonObject, type JsonValue } from '../json';
import { readAttachments, type Attachment } from './attachments';
import { RecordsError } from './errors';
import type { FieldCatalog, FieldInfo } from './fields';
import { readLookup, type Lookup, type LookupScope } from './lookup';
import { plainValue } from './plain-value';
import { MAX_RECORDS } from './vals';

/** How deep one2many lines may lie in each other. */
export const MAX_LEVELS = 10;

/** One record to be written, with all that is to be written below it. */
export interface RecordNode {
	readonly model: string;
	readonly values: readonly (readonly [field: string, value: NodeValue])[];
	readonly attachments: readonly Attachment[];
	/** Whose records its relations may name. */
	readonly scope: LookupScope;
}

export type NodeValue =
	| { readonly kind: 'plain'; readonly value: JsonValue }
	| { readonly kind: 'one'; readonly lookup: Lookup }
	| { readonly kind: 'many'; readonly mode: 'add' | 'replace'; readonly lookups: readonly Lookup[] }
	| {
			readonly kind: 'lines';
			readonly lines: readonly RecordNode[];
			/** Whether a line cannot be without its record, so that Odoo deletes one that is taken away. */
			readonly areParts: boolean;
	  };

/** Reads payloads: holds them against the fields that Odoo has, and writes nothing. */
export class PayloadReader {
	private records = 0;

	constructor(
		private readonly catalog: FieldCatalog,
		private readonly ignoreCompanyOf: ReadonlySet<string>,
	) {}

	/**
	 * @param place where the record is, for messages: empty, or as in `order_line[2]`
	 * @throws {RecordsError} for unknown fields, and values that do not fit theirs
	 */
	async record(
		model: string,
		values: JsonObject,
		{ scope, place = '', level = 1 }: { scope: LookupScope; place?: string; level?: number },
	): Promise<RecordNode> {
		this.count(place);
		if (level > MAX_LEVELS) {
			throw new RecordsError('too_large', `${place}: lines may be nested at most ${MAX_LEVELS} levels deep.`);
		}
		const { attachment_ids: files, ...rest } = values;
		// Some models have a relation of that name.
		const isRelation = isJsonObject(files);
		const entries: [string, JsonValue][] = Object.entries(rest);
		if (isRelation) entries.push(['attachment_ids', files]);
		const fields = await this.catalog.fields(
			model,
			entries.map(([name]) => name),
		);
		const inner = await this.scopeOf(values.company_id, fields.get('company_id'), scope, place);
		const read: (readonly [string, NodeValue])[] = [];
		for (const [name, value] of entries) {
			const field = fields.get(name);
			const at = pathTo(place, name);
			if (name === 'id' || !field) throw new RecordsError('invalid_value', `${at}: Odoo sets this by itself.`);
			const isCompany = name === 'company_id' && inner !== scope && inner.kind === 'lookup';
			const nodeValue: NodeValue = isCompany
				? { kind: 'one', lookup: inner.lookup }
				: await this.value(name, field, value, { scope: inner, place: at, level });
			read.push([name, nodeValue]);
		}
		const attachments = isRelation ? [] : readAttachments(files ?? null, pathTo(place, 'attachment_ids'));
		return { model, values: read, attachments, scope: inner };
	}

	private async value(
		name: string,
		field: FieldInfo,
		value: JsonValue,
		at: { scope: LookupScope; place: string; level: number },
	): Promise<NodeValue> {
		const { type, relation } = field;
		if (relation === null || !(type === 'many2one' || type === 'many2many' || type === 'one2many')) {
			return { kind: 'plain', value: plainValue(type, value, at.place) };
		}
		switch (type) {
			case 'many2one':
				if (value === null || value === false) return { kind: 'plain', value: false };
				if (isId(value)) return { kind: 'plain', value };
				return { kind: 'one', lookup: await this.lookup({ ...at, field: name, type, model: relation, value }) };
			case 'many2many':
				return this.many(name, relation, value, at);
			case 'one2many': {
				if (!Array.isArray(value)) throw wrongForm(at.place, 'a list of records, each { field: value, … }');
				const lines: RecordNode[] = [];
				for (const [index, line] of value.entries()) {
					const place = `${at.place}[${index}]`;
					if (!isJsonObject(line)) throw wrongForm(place, 'a record: { field: value, … }');
					lines.push(await this.record(relation, line, { scope: at.scope, place, level: at.level + 1 }));
				}
				const inverse = (await this.catalog.fields(relation)).get(field.relationField ?? '');
				return { kind: 'lines', lines, areParts: inverse?.required === true };
			}
		}
	}

	private async many(
		name: string,
		relation: string,
		value: JsonValue,
		at: { scope: LookupScope; place: string },
	): Promise<NodeValue> {
		if (value === null || value === false) return { kind: 'many', mode: 'replace', lookups: [] };
		const { mode = 'replace', records, ...others } = isJsonObject(value) ? value : {};
		if ((mode !== 'add' && mode !== 'replace') || !Array.isArray(records) || Object.keys(others).length > 0) {
			throw wrongForm(at.place, '{ "mode": "add" or "replace", "records": [{ lookup_field: value }, …] }');
		}
		const lookups: Lookup[] = [];
		for (const [index, record] of records.entries()) {
			const place = `${at.place}.records[${index}]`;
			lookups.push(
				await this.lookup({ ...at, field: name, type: 'many2many', model: relation, value: record, place }),
			);
		}
		return { kind: 'many', mode, lookups };
	}

	private lookup(
		input: Pick<Lookup, 'field' | 'type' | 'model' | 'scope'> & { value: JsonValue; place: string },
	): Promise<Lookup> {
		const { value, place } = input;
		this.count(place);
		if (!isJsonObject(value)) throw wrongForm(place, '{ lookup_field: value }, such as { "name": "Customer A" }');
		return readLookup(this.catalog, this.ignoreCompanyOf, { ...input, value });
	}

	/** The scope that a record's own company opens to its relations and lines. */
	private async scopeOf(
		company: JsonValue | undefined,
		field: FieldInfo | undefined,
		outer: LookupScope,
		place: string,
	): Promise<LookupScope> {
		if (company === undefined || field?.relation !== 'res.company' || field.type !== 'many2one') return outer;
		if (company === null || company === false) return { kind: 'shared' };
		if (isId(company)) return { kind: 'company', id: company };
		const lookup = await this.lookup({
			field: 'company_id',
			type: 'many2one',
			model: 'res.company',
			value: company,
			scope: outer,
			place: pathTo(place, 'company_id'),
		});
		return { kind: 'lookup', lookup };
	}

	private count(place: string) {
		this.records += 1;
		if (this.records <= MAX_RECORDS) return;
		throw new RecordsError('too_large', `${place}: one call may name at most ${MAX_RECORDS} records.`);
	}
}

const pathTo = (place: string, name: string) => (place === '' ? name : `${place}.${name}`);

const isId = (value: JsonValue): value is number =>
	typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 2 ** 31;

const wrongForm = (place: string, form: string) => new RecordsError('invalid_value', `${place}: must be ${form}.`);
