import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { z } from 'zod';
import type { ServedDocument } from './api-document';

interface Place {
	/** A JSON pointer into the document (RFC 6901). */
	readonly pointer: string;
	readonly value: object;
}

/** A field that a schema beside it has described already: failures narrow `code` to those of their status. */
const NARROWED = /\/allOf\/1\/properties\/code$/;
/** What is under them is no schema. */
const VALUES: ReadonlySet<string> = new Set(['examples', 'example', 'default', 'const', 'enum']);

const fieldShape = z.looseObject({ $ref: z.string().optional(), description: z.string().trim().min(1).optional() });
const examplesShape = z.looseObject({ examples: z.array(z.unknown()) });

/** Every object in the document. */
function* places(value: unknown, pointer = ''): Generator<Place> {
	if (typeof value !== 'object' || value === null) return;
	yield { pointer, value };
	for (const [name, member] of Object.entries(value)) {
		if (VALUES.has(name) && !pointer.endsWith('/properties')) continue;
		yield* places(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
	}
}

/** The JSON pointers of the parameters and fields of which the document says nothing in words, neither there nor in the schema that they refer to. */
export function silentPlaces(document: ServedDocument): string[] {
	const isSilent = (value: object): boolean => {
		const parsed = fieldShape.safeParse(value);
		if (!parsed.success) return true;
		const { $ref, description } = parsed.data;
		const named = document.components.schemas[$ref?.split('/').at(-1) ?? ''];
		return description === undefined && (named === undefined || isSilent(named));
	};
	return [...places(document)]
		.filter(({ pointer, value }) => /\/(properties|parameters)\/[^/]+$/.test(pointer) && isSilent(value))
		.map(({ pointer }) => pointer)
		.filter((pointer) => !NARROWED.test(pointer));
}

/** The examples that their own schema refuses: where they are, and why. */
export function refusedExamples(document: ServedDocument): string[] {
	const ajv = new Ajv2020({ strict: false });
	addFormats(ajv);
	ajv.addSchema(document, 'api', undefined, false);
	return [...places(document)].flatMap(({ pointer, value }) => {
		const parsed = examplesShape.safeParse(value);
		if (!parsed.success) return [];
		const validate = ajv.compile({ $ref: `api#${pointer.split('/').map(encodeURIComponent).join('/')}` });
		return parsed.data.examples.flatMap((example, index) =>
			validate(example) ? [] : [`${pointer}/examples/${index}: ${ajv.errorsText(validate.errors)}`],
		);
	});
}
