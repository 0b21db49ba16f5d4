import { UNITS } from '../dates/calendar';
import type { FieldDescription } from '../odoo-reader';
import { isKept } from '../vocabulary/fields';
import { BY, GROUP } from '../vocabulary/order-words';
import { measuredBy } from './order';
import type { QuestionParts } from './question-parts';

/** `by salesperson and month`; or the measure of a superlative: `top 5 customers by revenue` */
export function groupAt(question: QuestionParts, at: number): number {
	const { tokens } = question;
	const by = BY.at(tokens, at);
	const opening = GROUP.at(tokens, at) ?? by;
	if (!opening) return 0;
	let next = at + opening.length;
	while (/^(?:the|each|every|their)$/.test(tokens[next]?.stem ?? '')) next += 1;
	const measured = by ? measuredBy(question, next) : 0;
	if (measured > 0) return next + measured - at;
	let length = levelAt(question, next);
	if (length === 0) return 0;
	while (length > 0) {
		next += length;
		if (!/^(?:and|,|by)$/.test(tokens[next]?.text.toLowerCase() ?? '')) break;
		const joint = /^(?:by|per)$/.test(tokens[next + 1]?.stem ?? '') ? 2 : 1;
		length = levelAt(question, next + joint);
		if (length > 0) next += joint;
	}
	return next - at;
}

/** One level to group by: a unit of time, or a field. Adds it, and returns how many tokens it took. */
function levelAt({ tokens, vocabulary, groups }: QuestionParts, at: number): number {
	const unit = UNITS.at(tokens, at);
	if (unit) {
		const date = vocabulary.field(vocabulary.words?.date ?? ['date', 'create_date']);
		if (!date) return 0;
		groups.push({ spec: `${date.name}:${unit.value}`, label: unit.value, field: date });
		return unit.length;
	}
	const field = vocabulary.fields.at(tokens, at);
	if (!field || !isGroupable(field.value)) return 0;
	const { name, label, type } = field.value;
	const spec = type === 'date' || type === 'datetime' ? `${name}:month` : name;
	groups.push({ spec, label: label.toLowerCase(), field: field.value });
	return field.length;
}

const isGroupable = (field: FieldDescription) =>
	isKept(field) && !['one2many', 'binary', 'html', 'text', 'json', 'properties'].includes(field.type);
