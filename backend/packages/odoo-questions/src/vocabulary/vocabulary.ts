import type { DomainList, FieldDescription, ModelDescription } from '../odoo-reader';
import { type PhraseTable, phraseTable } from '../text/phrase-table';
import type { Field } from './fields';
import { MODEL_WORDS } from './model-words';
import type { ModelWords } from './models/words';

/** A state of a model's records, as a domain. */
export interface State {
	readonly text: string;
	readonly domain: DomainList;
	readonly amount?: string;
	readonly date?: string;
	readonly since?: FieldDescription;
}

/** A model of this Odoo, with the phrases for its fields and states. */
export interface Vocabulary {
	readonly description: ModelDescription;
	readonly words: ModelWords | undefined;
	readonly fields: PhraseTable<Field>;
	readonly states: PhraseTable<State>;
	/** The first of the candidates that the model has. */
	readonly field: (candidates: readonly string[] | undefined) => FieldDescription | undefined;
}

/**
 * Selections whose labels are states on their own (`draft`); other labels are read only after their field (`priority
 * High`).
 */
const STATE_FIELDS = ['state', 'payment_state', 'invoice_status', 'kanban_state'];

/** Labels of fields that mean something else in a question. */
const NO_LABELS: ReadonlySet<string> = new Set(['to', 'in', 'order', 'by', 'all', 'is', 'has', 'sales', 'purchase']);

/** Collects the phrases for a model: the words people use, the labels, and the technical names. */
export function vocabularyOf(description: ModelDescription, now: Date): Vocabulary {
	const words = MODEL_WORDS.get(description.model);
	const field = (candidates: readonly string[] | undefined) => {
		const name = candidates?.find((each) => description.fields.has(each));
		return name === undefined ? undefined : description.fields.get(name);
	};
	return {
		description,
		words,
		field,
		fields: phraseTable(fieldPhrases(description, words, field)),
		states: phraseTable(statePhrases(description, words, now)),
	};
}

function* fieldPhrases(
	{ fields }: ModelDescription,
	words: ModelWords | undefined,
	field: Vocabulary['field'],
): Generator<readonly [string, Field]> {
	const parts = words?.address?.filter((name) => fields.has(name)) ?? [];
	const [first] = parts.flatMap((name) => fields.get(name) ?? []);
	if (first) for (const phrase of ADDRESS) yield [phrase, { ...first, label: 'Address', parts }];
	for (const [phrase, candidates] of [...Object.entries(words?.fields ?? {}), ...Object.entries(COMMON_FIELDS)]) {
		const found = field(candidates);
		if (found) yield [phrase, found];
	}
	const product = words?.product;
	if (product !== undefined && fields.has(product.split('.')[0] ?? '')) {
		for (const phrase of PRODUCT) yield [phrase, { ...PRODUCT_OF_LINES, name: product }];
	}
	for (const each of fields.values()) yield [each.name, each];
	// Where fields share a label, a stored one is meant: it can be searched, sorted and added up.
	const byUse = [...fields.values()].sort((left, right) => Number(right.stored) - Number(left.stored));
	for (const each of byUse) if (!NO_LABELS.has(each.label.toLowerCase())) yield [each.label, each];
}

const ADDRESS = ['address', 'full address', 'postal address', 'mailing address'];

const PRODUCT = [
	'product',
	'item',
	'article',
	'contain',
	'containing',
	'containing product',
	'with product',
	'for product',
];

/**
 * Stands for the products on a document's lines, as if they were a field of the document; it can only be searched by.
 */
const PRODUCT_OF_LINES: Omit<FieldDescription, 'name'> = {
	label: 'Product',
	type: 'many2many',
	relation: 'product.product',
	currencyField: null,
	perCompany: false,
	selection: [],
	stored: false,
	sortable: false,
	searchable: true,
	required: false,
	readonly: true,
};

const COMMON_FIELDS: Readonly<Record<string, readonly string[]>> = {
	name: ['name', 'display_name'],
	created: ['create_date'],
	'creation date': ['create_date'],
	added: ['create_date'],
	modified: ['write_date'],
	updated: ['write_date'],
	changed: ['write_date'],
	salesperson: ['user_id', 'invoice_user_id'],
	status: ['state', 'stage_id'],
	state: ['state', 'state_id'],
	stage: ['stage_id'],
	id: ['id'],
};

function* statePhrases(
	description: ModelDescription,
	words: ModelWords | undefined,
	now: Date,
): Generator<readonly [string, State]> {
	for (const [word, { condition, text = word, amount, date, since: name = '' }] of Object.entries(
		words?.states ?? {},
	)) {
		const domain = condition(description, now);
		const since = description.fields.get(name);
		if (!domain) continue;
		yield [
			word,
			{
				text,
				domain,
				...(amount !== undefined && { amount }),
				...(date !== undefined && { date }),
				...(since && { since }),
			},
		];
	}
	for (const name of STATE_FIELDS) {
		for (const [key, label] of description.fields.get(name)?.selection ?? []) {
			yield [label, { text: label.toLowerCase(), domain: [[name, '=', key]] }];
		}
	}
	if (!description.fields.has('active')) return;
	yield ['archived', { text: 'archived', domain: [['active', '=', false]] }];
}
