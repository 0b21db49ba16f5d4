import {
	CREDENTIAL_SETTING,
	CREDENTIAL_TABLES,
	isCredential,
	NO_CREDENTIAL_SETTING,
	profileTreatment,
	type Treatment,
} from '../../scrub/personal-columns';
import type { Sanitizing } from '../../sanitizing';
import { quoted } from '../postgres';
import { lostAttachments } from './attachments';
import type { Catalog, Column, Field, Table } from './catalog';
import { type Expression, expressionOf } from './expressions';
import { type ResolvedRule, tableOf } from './rules';

/** What is done to a table. */
export interface TablePlan {
	readonly table: Table;
	readonly columns: readonly { readonly column: Column; readonly expression: Expression }[];
	/** Which rows `t` are deleted. */
	readonly lost: string | null;
}

const CREDENTIAL: Treatment = { kind: 'renew' };
const either = (conditions: readonly string[]) =>
	conditions.length === 0 ? null : conditions.map((each) => `(${each})`).join(' OR ');

/** What is done to each table of a database. */
export function planOf(
	{ tables }: Pick<Catalog, 'tables'>,
	fields: readonly Field[],
	rules: readonly ResolvedRule[],
	{ profile, attachments }: Pick<Sanitizing, 'profile' | 'attachments'>,
): TablePlan[] {
	const prose = new Set(
		fields
			.filter(({ type }) => type === 'html' || type === 'text')
			.map(({ model, name }) => `${tableOf(model)} ${name}`),
	);
	const ruled = new Map(
		rules.flatMap((rule) =>
			rule.kind === 'column' ? [[`${rule.table} ${rule.column}`, rule.treatment] as const] : [],
		),
	);
	const attachmentsLost = [
		lostAttachments(attachments),
		...rules.flatMap((rule) => (rule.kind === 'attachments' ? [rule.where] : [])),
	];

	const treatmentOf = (table: string, column: Column): Treatment | undefined => {
		const named = { table, name: column.name, prose: prose.has(`${table} ${column.name}`) };
		const isText = ['text', 'json', 'jsonb', 'bytea'].includes(column.kind);
		if (isText && isCredential(named)) return CREDENTIAL;
		const ruling = ruled.get(`${table} ${column.name}`);
		// Whole numbers are references to records, of which some are called as what people type in.
		const isReference = /^(smallint|integer|bigint)$/.test(column.type) || column.kind === 'boolean';
		return ruling ?? (isReference ? undefined : profileTreatment(profile, named));
	};
	const lostOf = (table: string): string | null => {
		if (CREDENTIAL_TABLES.includes(table)) return 'true';
		if (table === 'ir_attachment') return either(attachmentsLost);
		if (table !== 'ir_config_parameter') return null;
		return `t.key ~* ${quoted(CREDENTIAL_SETTING)} AND t.key !~* ${quoted(NO_CREDENTIAL_SETTING)}`;
	};

	return tables
		.filter(({ owned }) => owned)
		.map((table) => ({
			table,
			lost: table.schema === 'public' ? lostOf(table.name) : null,
			columns: table.columns.flatMap((column) => {
				const expression = expressionOf(column, treatmentOf(table.name, column));
				return expression === undefined ? [] : [{ column, expression }];
			}),
		}));
}
