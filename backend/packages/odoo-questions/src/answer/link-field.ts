import type { FieldDescription } from '../odoo-reader';
import type { Vocabulary } from '../vocabulary/vocabulary';

/**
 * Relations to follow first. A company owes for its contacts, so an invoice belongs to the company where Odoo stores
 * it.
 */
const LINKS: Readonly<Record<string, readonly string[]>> = {
	'account.move': ['commercial_partner_id', 'partner_id', 'invoice_user_id'],
};

/** The field of one model that relates its records to those of another; undefined where none does, or several may. */
export function linkField(from: Vocabulary, to: Vocabulary): FieldDescription | undefined {
	const { fields, model } = from.description;
	const candidates = [...(LINKS[model] ?? []), ...(from.words?.party ?? []), ...(from.words?.names ?? [])];
	const isLink = (field: FieldDescription | undefined) =>
		field?.type === 'many2one' && field.stored && field.relation === to.description.model;
	const known = candidates.map((name) => fields.get(name)).find(isLink);
	if (known) return known;
	const links = [...fields.values()].filter((field) => isLink(field) && !/^(?:create|write)_uid$/.test(field.name));
	return links.length === 1 ? links[0] : undefined;
}
