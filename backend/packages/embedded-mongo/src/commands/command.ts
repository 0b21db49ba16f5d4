import { z } from 'zod';
import type { Clock } from '../clock';
import type { Cursors } from '../cursors';
import { type Doc, isDoc } from '../documents';
import { EngineError } from '../errors';
import type { Store } from '../store';

/** What commands work with. */
export interface Engine {
	store: Store;
	cursors: Cursors;
	clock: Clock;
}

/** Runs a command; the answer is a document or, ready encoded, its bytes. */
export type Command = (engine: Engine, body: Doc) => Doc | Uint8Array | Promise<Doc | Uint8Array>;

/** A document of any fields. */
export const docSchema = z.custom<Doc>(isDoc, 'has to be a document');

const name = z.string().min(1);

/** The name of a collection in the field that names the command. */
export const collectionSchema = name.refine((value) => !value.includes('\0') && !value.startsWith('system.'), {
	error: 'is no name for a collection',
});

/** Zero or a positive whole number. */
export const countSchema = z.number().int().nonnegative();

/** A field that is taken and changes nothing here. */
export const ignored = z.unknown().optional();

/** Fields that every command may carry and that change nothing here: one node, on which all that is answered is on disk. */
const common = {
	$db: name,
	lsid: ignored,
	$clusterTime: ignored,
	$readPreference: ignored,
	readConcern: ignored,
	writeConcern: ignored,
	comment: ignored,
	maxTimeMS: ignored,
	apiVersion: ignored,
	apiStrict: ignored,
	apiDeprecationErrors: ignored,
};

/** Options that change the meaning of a command in a way that is not supported: they may be there only with no effect. */
export const noCollation = z.undefined({ error: 'is not supported by the embedded database' }).optional();

/**
 * A command whose fields are `shape` beside those of all commands. Any other field is refused (`UnknownField`), so that
 * nothing that would change the meaning is passed over.
 */
export function command<S extends z.core.$ZodLooseShape>(
	shape: S,
	run: (engine: Engine, body: z.output<z.ZodObject<S & typeof common, z.core.$strict>>) => ReturnType<Command>,
): Command {
	const schema = z.strictObject({ ...common, ...shape });
	return (engine, body) => run(engine, parse(schema, body));
}

function parse<S extends z.ZodType>(schema: S, body: Doc): z.output<S> {
	const parsed = schema.safeParse(body);
	if (parsed.success) return parsed.data;
	const issue = parsed.error.issues[0];
	if (issue?.code === 'unrecognized_keys') {
		const field = [...issue.path, issue.keys[0]].join('.');
		throw new EngineError('UnknownField', `BSON field '${field}' is an unknown field of this command.`);
	}
	throw new EngineError('BadValue', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is invalid'}`);
}
