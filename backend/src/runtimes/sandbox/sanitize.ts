import type { Change } from '@odoo-platform/odoo-sandbox';
import { type Sanitizing, SanitizingError, type SanitizingReport } from '../sanitizing';
import {
	CREDENTIAL_SETTING,
	isCredential,
	NO_CREDENTIAL_SETTING,
	PERSON_MODEL,
	profileTreatment,
} from '../scrub/personal-columns';
import { createScrubber, type Scrubber } from '../scrub/pseudonyms';

type Row = NonNullable<Change['row']>;
type Value = Row[string];

const PERSONS = new RegExp(PERSON_MODEL);
const SETTING = new RegExp(CREDENTIAL_SETTING, 'i');
const NO_SETTING = new RegExp(NO_CREDENTIAL_SETTING, 'i');

/**
 * Does to the records of a sandbox what is done to a database.
 * @throws SanitizingError
 */
export function sanitizeRecords(
	changes: readonly Change[],
	sanitizing: Sanitizing,
): { changes: Change[]; report: SanitizingReport } {
	const scrubber = createScrubber(sanitizing.key);
	const ruled = rulesOf(changes, sanitizing);
	const logins = new Set<Value>();
	const tables = new Map<string, { name: string; changed: number; deleted: number }>();

	const sanitized = changes.map((change): Change => {
		if (change.row === null) return change;
		const table = tables.get(change.model) ?? { name: change.model, changed: 0, deleted: 0 };
		tables.set(change.model, table);
		if (isLost(change.model, change.row, sanitizing)) {
			table.deleted += 1;
			return { ...change, row: null };
		}
		const row = sanitizedRow(change.model, change.row, sanitizing, ruled, scrubber);
		if (change.model === 'res.users' && typeof row.login === 'string') {
			if (logins.has(row.login)) row.login = apart(row.login, change.id);
			logins.add(row.login);
		}
		if (JSON.stringify(row) === JSON.stringify(change.row)) return change;
		table.changed += 1;
		return { ...change, row };
	});
	return {
		changes: sanitized,
		report: {
			tables: [...tables.values()]
				.filter(({ changed, deleted }) => changed + deleted > 0)
				.sort((one, other) => (one.name < other.name ? -1 : 1)),
			attachments_kept: sanitized.filter(({ model, row }) => model === 'ir.attachment' && row !== null).length,
		},
	};
}

const apart = (login: string, id: number) => (login.includes('@') ? login.replace('@', `-${id}@`) : `${login}-${id}`);

/** What the owner's own rules say of fields, by their models. */
function rulesOf(changes: readonly Change[], { rules }: Sanitizing): ReadonlyMap<string, 'clear' | 'hash'> {
	for (const { model, field, action } of rules) {
		const refuse = (why: string) => new SanitizingError(`The rule for ${model}.${field} cannot be kept: ${why}.`);
		const rows = changes.flatMap((change) => (change.model === model && change.row !== null ? [change.row] : []));
		if (rows.length === 0) throw refuse('there is no such model');
		if (field === 'id') throw refuse('records are known by it');
		const values = rows.flatMap((row) => (row[field] === undefined ? [] : [row[field]]));
		if (values.length === 0) throw refuse('the model has no such field');
		if (action === 'hash' && values.some((value) => typeof value !== 'string' && value !== false)) {
			throw refuse('only texts can be hashed; clear it');
		}
	}
	return new Map(rules.map(({ model, field, action }) => [`${model} ${field}`, action]));
}

function isLost(model: string, row: Row, { attachments }: Sanitizing): boolean {
	if (model === 'ir.config_parameter') {
		const key = String(row.key);
		return SETTING.test(key) && !NO_SETTING.test(key);
	}
	if (model !== 'ir.attachment' || attachments === 'all') return false;
	if (attachments === 'none') return true;
	const isPicture = /^image\/(?!svg)/.test(String(row.mimetype));
	const isShown = row.public === true || Boolean(row.res_field) || row.res_model === 'ir.ui.view';
	return !isPicture || !isShown || PERSONS.test(String(row.res_model));
}

const cleared = (value: Value): Value => {
	if (typeof value === 'number') return 0;
	return Array.isArray(value) ? [] : false;
};

function sanitizedRow(
	model: string,
	row: Row,
	{ profile }: Sanitizing,
	ruled: ReadonlyMap<string, 'clear' | 'hash'>,
	{ scrub, pseudonym, addressesOnly }: Scrubber,
): Record<string, Value> {
	const table = model.replaceAll('.', '_');
	const valueOf = (name: string, value: Value): Value => {
		if (name === 'id' || value === false) return value;
		const rule = ruled.get(`${model} ${name}`);
		if (rule === 'clear') return cleared(value);
		if (typeof value === 'string' && rule === 'hash') return pseudonym('opaque', value);
		// A sandbox's long texts are known by their names.
		const column = { table, name, prose: false };
		if (typeof value === 'string' && isCredential(column)) return false;
		const treatment = profileTreatment(profile, column);
		if (treatment?.kind === 'clear') return cleared(value);
		if (typeof value !== 'string') return value;
		if (treatment?.kind === 'pseudonym') return pseudonym(treatment.as, value);
		return treatment?.kind === 'addresses' ? addressesOnly(value) : scrub(value);
	};
	return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, valueOf(name, value)]));
}
