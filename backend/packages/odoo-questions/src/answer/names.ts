import type { DomainList, OdooReader } from '../odoo-reader';
import { escapeLike } from '../question/make-filters';
import type { Filter } from '../question/request';
import { NotUnderstood } from '../text/not-understood';
import { idOf, sayList, titleOf } from '../text/say';
import type { Vocabulary } from '../vocabulary/vocabulary';
import { COUNTRIES, PEOPLE, type Place, placeOf, placesFor, QUALITIES, WITH_CHILDREN } from './places';

/** A name that fits more records than this is refused. */
const MOST_MATCHES = 20;

/** The records that a name was found to mean, as a condition. */
export interface NamedRecords {
	readonly domain: DomainList;
	readonly text: string;
	readonly fields: readonly string[];
	/** A sentence for the answer. */
	readonly note?: string;
}

/**
 * Looks a name up in everything that records of a model may belong to, the likeliest first: for whole names, then for
 * names that contain it.
 * @throws {NotUnderstood} where it fits nothing, or too many records.
 */
export async function findNamed(
	odoo: OdooReader,
	filter: Extract<Filter, { kind: 'name' }>,
	vocabulary: Vocabulary,
	plural: string,
): Promise<NamedRecords> {
	const places = filter.field ? [placeOf(filter.field)] : await placesFor(odoo, filter.preposition, vocabulary);
	const names = filter.name.includes(' and ') ? [filter.name, ...filter.name.split(' and ')] : [filter.name];
	const [whole = filter.name, ...parts] = names;
	const found = await lookUp(odoo, whole, places);
	if (found) return found;
	if (parts.length > 1) {
		const each = await Promise.all(parts.map((part) => lookUp(odoo, part.trim(), places)));
		const [first, ...rest] = each.filter((one) => one !== null);
		if (first && rest.length === parts.length - 1) {
			return rest.reduce(
				(one, other): NamedRecords => ({
					domain: ['|', ...one.domain, ...other.domain],
					text: `${one.text} or ${other.text}`,
					fields: [...one.fields, ...other.fields],
				}),
				first,
			);
		}
	}
	// “Contacts named X” may have no result, which is an answer.
	const [own] = filter.preposition === 'named' ? places : [];
	if (own) {
		const domain = anyOf(own.names.map((field) => containing(field, filter.name)));
		return { domain, text: `${own.label} containing “${filter.name}”`, fields: [own.path] };
	}
	const labels = [...new Set(places.map(({ label }) => label))];
	const where = labels.length === 0 ? '' : `: ${sayList(labels, 'or')}`;
	throw new NotUnderstood(`I found nothing called “${filter.name}” in what ${plural} have${where}.`);
}

/** Looks up the exact name of a stage, a category or a tag; null where there is none of that name. */
export async function findQuality(
	odoo: OdooReader,
	name: string,
	{ description, words }: Vocabulary,
): Promise<NamedRecords | null> {
	const fields = (words?.names ?? QUALITIES).flatMap((each) => description.fields.get(each) ?? []);
	const places = fields.filter(({ relation }) => relation !== null && !PEOPLE.has(relation)).map(placeOf);
	return lookUp(odoo, name, places, [exactly]);
}

async function lookUp(
	odoo: OdooReader,
	written: string,
	places: readonly Place[],
	patterns = [exactly, containing],
): Promise<NamedRecords | null> {
	for (const pattern of patterns) {
		for (const place of places) {
			const name = place.model === 'res.country' ? (COUNTRIES[written.toLowerCase()] ?? written) : written;
			const domain = anyOf(place.names.map((field) => pattern(field, name)));
			const found = place.isText
				? await inTexts(odoo, place, domain, written)
				: await inRecords(odoo, place, domain, written);
			if (found) return found;
		}
	}
	return null;
}

const exactly = (field: string, name: string) => [field, '=ilike', escapeLike(name)];
const containing = (field: string, name: string) => [field, 'ilike', escapeLike(name)];

const anyOf = (conditions: readonly DomainList[]): DomainList => [
	...new Array<string>(Math.max(0, conditions.length - 1)).fill('|'),
	...conditions.map((condition) => [...condition]),
];

async function inTexts(odoo: OdooReader, place: Place, domain: DomainList, written: string) {
	if ((await odoo.count(place.model, domain)) === 0) return null;
	const [prefix] = place.path.includes('.') ? place.path.split('.') : [];
	const domainHere = domain.map((item) =>
		Array.isArray(item) && prefix !== undefined && typeof item[0] === 'string'
			? [`${prefix}.${item[0]}`, ...item.slice(1)]
			: item,
	);
	const isWhole = domain.some((item) => Array.isArray(item) && item[1] === '=ilike');
	const text = `${place.label} ${isWhole ? '' : 'containing '}“${written}”`;
	return { domain: domainHere, text, fields: prefix === undefined ? [place.path] : [prefix] };
}

async function inRecords(odoo: OdooReader, place: Place, domain: DomainList, written: string) {
	const rows = await odoo.search(place.model, {
		domain,
		fields: ['display_name'],
		limit: MOST_MATCHES + 1,
	});
	const ids = rows.flatMap(({ id }) => idOf(id) ?? []);
	if (ids.length === 0) return null;
	if (ids.length > MOST_MATCHES) {
		throw new NotUnderstood(
			`More than ${MOST_MATCHES} records (${place.label}) fit “${written}”. Write more of the name, or quote it whole.`,
		);
	}
	const operator = WITH_CHILDREN.has(place.model) && !place.path.includes('.') ? 'child_of' : 'in';
	const titles = rows.map(titleOf);
	const note =
		ids.length > 1
			? `“${written}” fits ${ids.length} records (${place.label}): ${sayList(titles)}; all were taken.`
			: undefined;
	return {
		domain: [[place.path, operator, ids]],
		text: `${place.label} ${ids.length > 1 ? `“${written}”` : (titles[0] ?? written)}`,
		// Lines of a document are not shown: there is nothing but their ids to show.
		fields: /(?:line|lines|line_ids)\./.test(place.path) ? [] : [place.path.split('.')[0] ?? place.path],
		...(note !== undefined && { note }),
	};
}
