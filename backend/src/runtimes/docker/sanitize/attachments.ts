import { PERSON_MODEL } from '../../scrub/personal-columns';
import type { KeptAttachments } from '../../sanitizing';
import { quoted } from '../postgres';
import { type OwnedDatabase, SAFE_SESSION } from './catalog';

/** How many names are asked for at once: an answer has its limits. */
const PAGE = 50_000;

/** Pictures that were shown to everybody, or are fields of records that are not people. */
const PUBLIC = `coalesce(t.mimetype ~ '^image/(?!svg)', false) AND coalesce(t.res_model, '') !~ ${quoted(PERSON_MODEL)}
	AND (coalesce(t.public, false) OR t.res_field IS NOT NULL OR coalesce(t.res_model, '') = 'ir.ui.view')`;
/** Odoo makes them anew from the texts of its modules and views. */
const BUNDLES = `coalesce(t.url, '') ~ '^/web/(assets|content)/.*[.](css|js|min[.]css|min[.]js)$'`;

/** Which rows `t` of the attachments go. */
export function lostAttachments(kept: KeptAttachments): string {
	switch (kept) {
		case 'none':
			return 'true';
		case 'public':
			return `NOT (${PUBLIC})`;
		case 'all':
			return BUNDLES;
	}
}

/** The files of the filestore that attachments are kept in; all others are nobody's. */
export async function keptFiles({ postgres, database, owner }: OwnedDatabase, signal: AbortSignal): Promise<string[]> {
	const names: string[] = [];
	for (;;) {
		const after = quoted(names.at(-1) ?? '');
		const page = await postgres.askAs(
			owner,
			database,
			`${SAFE_SESSION} SELECT DISTINCT store_fname COLLATE "C" FROM public.ir_attachment
				WHERE store_fname COLLATE "C" > ${after} ORDER BY 1 LIMIT ${PAGE};`,
			signal,
		);
		names.push(...page.flat());
		if (page.length < PAGE) return names;
	}
}
