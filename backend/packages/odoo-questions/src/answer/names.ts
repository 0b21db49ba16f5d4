import type { DomainList, FieldDescription, OdooReader } from '../odoo-reader';
import { escapeLike } from '../question/make-filters';
import { NotUnderstood } from '../text/not-understood';
import type { Filter } from '../question/request';
import { idOf, sayList, titleOf } from '../text/say';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** More records than that under one name are no name any more. */
const MOST_MATCHES = 20;

/** What a name turned out to be. */
export interface NamedRecords {
	readonly domain: DomainList;
	readonly text: string;
	readonly fields: readonly string[];
	/** What is to be said of it. */
	readonly note?: string;
}

/** Somewhere a name may be of: records that a field leads to, or a text of the records. */
interface Place {
	/** From the records that are asked for, e.g. `partner_id.country_id`. */
	readonly path: string;
	readonly label: string;
	/** The model that is searched for the name; its ids are compared with the path, unless it is a text. */
	readonly model: string;
	/** Texts of that model that are names. */
	readonly names: readonly string[];
	readonly isText?: true;
}

const COUNTRIES: Readonly<Record<string, string>> = {
	usa: 'United States',
	us: 'United States',
	america: 'United States',
	uk: 'United Kingdom',
	uae: 'United Arab Emirates',
	holland: 'Netherlands',
};

/**
 * Looks a name up in all that records of a model may belong to: whole names first, in the order of likelihood, then
 * parts of them.
 * @throws {NotUnderstood} where nothing, or too much, is called so.
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
	// No record of that name is an answer.
	const [own] = filter.preposition === 'named' ? places : [];
	if (own) {
		const domain = anyOf(own.names.map((field) => containing(field, filter.name)));
		return { domain, text: `${own.label} containing “${filter.name}”`, fields: [own.path] };
	}
	const labels = [...new Set(places.map(({ label }) => label))];
	const where = labels.length === 0 ? '' : `: ${sayList(labels, 'or')}`;
	throw new NotUnderstood(`I found nothing called “${filter.name}” in what ${plural} have${where}.`);
}

/** Looks up what is called exactly so among the stages, categories and tags of a model's records; null: nothing is. */
export async function findQuality(
	odoo: OdooReader,
	name: string,
	{ description, words }: Vocabulary,
): Promise<NamedRecords | null> {
	const fields = (words?.names ?? QUALITIES).flatMap((each) => description.fields.get(each) ?? []);
	const places = fields.filter(({ relation }) => relation !== null && !PEOPLE.has(relation)).map(placeOf);
	return lookUp(odoo, name, places, [exactly]);
}

const QUALITIES = ['stage_id', 'categ_id', 'category_id', 'tag_ids', 'type_id'];
const PEOPLE: ReadonlySet<string> = new Set(['res.partner', 'res.users', 'res.country', 'res.country.state']);

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

/** What is in a part is in the whole: contacts in their company, categories in their parents. */
const WITH_CHILDREN: ReadonlySet<string> = new Set([
	'res.partner',
	'product.category',
	'stock.location',
	'hr.department',
]);

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
		// Of the lines of a document only their ids could be shown.
		fields: /(?:line|lines|line_ids)\./.test(place.path) ? [] : [place.path.split('.')[0] ?? place.path],
		...(note !== undefined && { note }),
	};
}

/** Where the names of a model's records are; they are found by their codes too. */
const NAME_FIELDS: Readonly<Record<string, readonly string[]>> = {
	'product.product': ['name', 'default_code'],
	'product.template': ['name', 'default_code'],
	'res.users': ['name', 'login'],
	'account.journal': ['name', 'code'],
};

const placeOf = ({ name, label, relation }: FieldDescription): Place => ({
	path: name,
	label: label.toLowerCase(),
	model: relation ?? '',
	names: NAME_FIELDS[relation ?? ''] ?? ['name'],
});

const PLACE = /^(?:in|at|located in|based in|living in)$/;

async function placesFor(odoo: OdooReader, preposition: string, vocabulary: Vocabulary): Promise<Place[]> {
	const { description, words, field } = vocabulary;
	const own = ownPlaces(vocabulary);
	if (preposition === 'named' || preposition === 'itself') return own;
	const party = field(words?.party);
	const others = (words?.names ?? guessedNames(vocabulary)).flatMap((name) => {
		const found = description.fields.get(name);
		return found?.relation ? [placeOf(found)] : [];
	});
	const parties = party ? [placeOf(party)] : [];
	if (description.model === 'res.partner') {
		const towns = textPlace(vocabulary, 'city');
		return preposition === 'from' || PLACE.test(preposition)
			? [...others, ...towns, ...parties]
			: [...parties, ...others, ...towns, ...own];
	}
	const byPeople = others.filter(({ model }) => model === 'res.users');
	const rest = others.filter(({ model }) => model !== 'res.users');
	if (preposition.endsWith('by') || preposition === 'assigned to') return [...byPeople, ...parties, ...rest];
	const places = party?.relation === 'res.partner' ? await partyPlaces(odoo, party) : [];
	if (PLACE.test(preposition)) return [...rest, ...places, ...parties];
	// What is of nobody is called by its own name.
	return party ? [...parties, ...others, ...own, ...places] : [...own, ...others];
}

function ownPlaces({ description, words }: Vocabulary): Place[] {
	const names = (words?.ownNames ?? ['name']).filter((name) => description.fields.has(name));
	const [first] = names;
	if (first === undefined) return [];
	return [{ path: first, label: 'name', model: description.model, names, isText: true }];
}

const textPlace = ({ description }: Vocabulary, name: string): Place[] => {
	const field = description.fields.get(name);
	return field
		? [{ path: name, label: field.label.toLowerCase(), model: description.model, names: [name], isText: true }]
		: [];
};

/** The countries and cities of whom the records are of. */
async function partyPlaces(odoo: OdooReader, party: FieldDescription): Promise<Place[]> {
	const { fields } = await odoo.describe('res.partner');
	const label = party.label.toLowerCase();
	return [
		...(fields.has('country_id')
			? [{ path: `${party.name}.country_id`, label: `${label}'s country`, model: 'res.country', names: ['name'] }]
			: []),
		...(fields.has('city')
			? [
					{
						path: `${party.name}.city`,
						label: `${label}'s city`,
						model: 'res.partner',
						names: ['city'],
						isText: true as const,
					},
				]
			: []),
	];
}

/** Of a model that there are no words for: what its records belong to. */
const guessedNames = ({ description }: Vocabulary): string[] =>
	[...description.fields.values()]
		.filter(({ name, type, stored }) => type === 'many2one' && stored && !/^(?:create|write)_uid$/.test(name))
		.map(({ name }) => name)
		.slice(0, 6);
