import { z } from 'zod';
import type { Clock } from '../clock';
import type { Cursors } from '../cursors';
import { type Doc, isDoc } from '../documents';
import { EngineError } from '../errors';
import type { Store } from '../store';

/** The parts of the engine that commands use. */
export interface Engine {
	store: Store;
	cursors: Cursors;
	clock: Clock;
}

/** Runs a command. The reply is a document, or a document that is encoded already. */
export type Command = (engine: Engine, body: Doc) => Doc | Uint8Array | Promise<Doc | Uint8Array>;

/** A document with any fields. */
export const docSchema = z.custom<Doc>(isDoc, 'has to be a document');

const name = z.string().min(1);

/** The value of the field that names the command: a collection. */
export const collectionSchema = name.refine((value) => !value.includes('\0') && !value.startsWith('system.'), {
	error: 'is no name for a collection',
});

/** A whole number that is not negative. */
export const countSchema = z.number().int().nonnegative();

/** A field that is accepted and has no effect. */
export const ignored = z.unknown().optional();

/**
 * Fields that every command may have. They have no effect, because there is only one node, and everything is on disk
 * before it is answered.
 */
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

/** An option that is not supported. It is accepted only with a value that has no effect. */
export const noCollation = z.undefined({ error: 'is not supported by the embedded database' }).optional();

/**
 * Makes a command with the fields `shape` and those of all commands. Other fields are refused with `UnknownField`,
 * since ignoring one could change what the command means.
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
