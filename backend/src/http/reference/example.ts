import type { JsonSchema, OpenApiDocument } from '../openapi';

/** Finds the schema that a `$ref` names. */
export type Resolve = (schema: JsonSchema) => JsonSchema;

/** Finds schemas among a document's components. */
export const resolverOf =
	({ components }: Pick<OpenApiDocument, 'components'>): Resolve =>
	(schema) => {
		const name = schema.$ref?.split('/').at(-1);
		return name === undefined ? schema : (components.schemas[name] ?? schema);
	};

const ID_PATTERN = /^\^([a-z]+)_\[0-7\]/;

/** The prefix of the ids that a schema describes; undefined where it describes none. */
export const idPrefix = ({ pattern }: JsonSchema) => ID_PATTERN.exec(pattern ?? '')?.[1];

/** A value that fits the schema: its own example where it has one, else the least that its constraints allow. */
export function exampleOf(schema: JsonSchema, resolve: Resolve): unknown {
	const found = resolve(schema);
	const { examples, enum: values, default: preset, type, properties = {}, required = [] } = found;
	if (Array.isArray(examples)) return examples[0];
	if (found.const !== undefined) return found.const;
	if (preset !== undefined) return preset;
	if (values !== undefined) return values[0];
	const [choice] = found.oneOf ?? found.anyOf ?? [];
	if (choice !== undefined) return exampleOf(choice, resolve);
	if (type === 'object') {
		return Object.fromEntries(
			required.map((name) => {
				const property = properties[name];
				return [name, typeof property === 'object' ? exampleOf(property, resolve) : null];
			}),
		);
	}
	if (type === 'array') {
		const { items } = found;
		return typeof items === 'object' && !Array.isArray(items) && (found.minItems ?? 0) > 0
			? [exampleOf(items, resolve)]
			: [];
	}
	if (type === 'integer' || type === 'number') return found.minimum ?? 1;
	if (type === 'boolean') return true;
	if (found.format === 'date-time') return '2026-05-07T14:23:11.000Z';
	const prefix = idPrefix(found);
	return prefix === undefined ? 'text' : `${prefix}_01HXMZ0K3RJ8QM2P5T7V9X1Z3B`;
}
