import { RENEWED_SETTINGS } from '../../scrub/personal-columns';
import { quoted } from '../postgres';
import type { Table } from './catalog';

/** Columns that are set in rows of a table `t`, whatever is in them. */
interface Switch {
	readonly table: string;
	readonly columns: readonly string[];
	readonly set: string;
	readonly where: string;
}

const SWITCHES: readonly Switch[] = [
	...['ir_mail_server', 'fetchmail_server'].map((table) => ({
		table,
		columns: ['active'],
		set: 'active = false',
		where: 't.active',
	})),
	{
		table: 'ir_cron',
		columns: ['active'],
		set: 'active = false',
		where: `t.active AND t.id NOT IN (SELECT res_id FROM public.ir_model_data
			WHERE module = 'base' AND name = 'autovacuum_job' AND model = 'ir.cron' AND res_id IS NOT NULL)`,
	},
	...['mail_mail', 'sms_sms'].map((table) => ({
		table,
		columns: ['state'],
		set: `state = ${quoted(table === 'mail_mail' ? 'cancel' : 'canceled')}`,
		where: `t.state = 'outgoing'`,
	})),
	{
		table: 'ir_config_parameter',
		columns: ['key', 'value'],
		set: 'value = gen_random_uuid()::text',
		where: `t.key IN (${RENEWED_SETTINGS.map(quoted).join(', ')})`,
	},
];

/** What is switched off or made anew in a database that has these tables. */
export const switchesIn = (tables: readonly Table[]): readonly Switch[] =>
	SWITCHES.filter(({ table, columns }) => {
		const found = tables.find((each) => each.schema === 'public' && each.name === table && each.owned);
		return found !== undefined && columns.every((name) => found.columns.some((column) => column.name === name));
	});
