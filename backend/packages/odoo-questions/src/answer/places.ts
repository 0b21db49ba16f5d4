import type { FieldDescription, OdooReader } from '../odoo-reader';
import type { Vocabulary } from '../vocabulary/vocabulary';

/** Where to look a name up: in the records that a field relates to, or in a text field of the records themselves. */
export interface Place {
	/** The path from the records that are asked for, e.g. `partner_id.country_id`. */
	readonly path: string;
	readonly label: string;
	/** The model to search for the name. */
	readonly model: string;
	/** The text fields of that model to search in. */
	readonly names: readonly string[];
	/** Whether the path leads to a text, which is compared with the name itself; else the ids found are compared. */
	readonly isText?: true;
}

/** Other names of countries, and Odoo's. */
export const COUNTRIES: Readonly<Record<string, string>> = {
	usa: 'United States',
	us: 'United States',
	america: 'United States',
	uk: 'United Kingdom',
	uae: 'United Arab Emirates',
	holland: 'Netherlands',
};

/** Fields with stages, categories and tags, for models that have no words of their own. */
export const QUALITIES = ['stage_id', 'categ_id', 'category_id', 'tag_ids', 'type_id'];
/** Models whose names do not qualify a noun. */
export const PEOPLE: ReadonlySet<string> = new Set(['res.partner', 'res.users', 'res.country', 'res.country.state']);

/**
 * Models in a hierarchy, where a parent includes its children: a company its contacts, a category its subcategories.
 */
export const WITH_CHILDREN: ReadonlySet<string> = new Set([
	'res.partner',
	'product.category',
	'stock.location',
	'hr.department',
]);

/** The text fields to search for a name, where there are others than `name`. */
const NAME_FIELDS: Readonly<Record<string, readonly string[]>> = {
	'product.product': ['name', 'default_code'],
	'product.template': ['name', 'default_code'],
	'res.users': ['name', 'login'],
	'account.journal': ['name', 'code'],
};

/** The records that a field relates to. */
export const placeOf = ({ name, label, relation }: FieldDescription): Place => ({
	path: name,
	label: label.toLowerCase(),
	model: relation ?? '',
	names: NAME_FIELDS[relation ?? ''] ?? ['name'],
});

const PLACE = /^(?:in|at|located in|based in|living in)$/;

/** Where the name after a preposition may be, the likeliest first. */
export async function placesFor(odoo: OdooReader, preposition: string, vocabulary: Vocabulary): Promise<Place[]> {
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
	// Records that belong to no contact are most likely called by their own name.
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

/** The country and the city of the contact that the records belong to. */
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

/** The relations of a model that has no words of its own. */
const guessedNames = ({ description }: Vocabulary): string[] =>
	[...description.fields.values()]
		.filter(({ name, type, stored }) => type === 'many2one' && stored && !/^(?:create|write)_uid$/.test(name))
		.map(({ name }) => name)
		.slice(0, 6);
