import { tool } from 'ai';
import { z } from 'zod';
import { DomainError, parseDomain } from '@odoo-platform/odoo-sandbox/values';
import type { OdooCall } from '../../../odoo/client';
import { OdooError, type OdooErrorKind } from '../../../odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from '../../../odoo/json';
import { isRead } from '../../../odoo/methods';
import { type DomainList, MAX_RECORDS, type ReadingOdoo } from '../planner';

/** The most characters of one result that the model is given. */
const MAX_RESULT = 20_000;
/** What the model can mend by asking in another way; anything else ends the question. */
const MENDABLE: ReadonlySet<OdooErrorKind> = new Set([
	'access_denied',
	'bad_arguments',
	'missing_record',
	'unknown_field',
	'unknown_method',
	'unknown_model',
	'user_error',
	'validation',
]);

/** Lists and objects come as text of JSON: not every model's API takes schemas without a type. */
const jsonText = (what: string) => z.string().describe(`${what}, as the text of JSON`);
const model = z.string().describe('The technical name of a model, e.g. res.partner');
const domain = jsonText('A search domain in prefix notation, e.g. [["state","=","sale"]]; [] for all records');
const limit = z.int().min(1).max(MAX_RECORDS);

/** A call that the model wants confirmed, as text that it could write. */
const proposedCall = z.object({
	model,
	method: z.string().describe('create, write, unlink, or a method of the model such as action_confirm'),
	args: jsonText('The list of positional arguments, e.g. [[7],{"phone":"+1 555 0100"}] for write'),
	kwargs: jsonText('The object of keyword arguments').default('{}'),
});

export const proposal = z.object({
	summary: z
		.string()
		.min(1)
		.describe('In one sentence, in the language of the question: what the calls would change'),
	calls: z.array(proposedCall).min(1).max(20),
});

/** What the model writes is not what the tool takes; the message tells it why. */
class InputError extends Error {
	override readonly name = 'InputError';
}

/**
 * The tools of a language model: they read through `odoo` alone. What the model can mend is told it as a result; what it
 * cannot is handed to `onFailure`, which ends the conversation. `onRows` hears what `search` and `group` found.
 */
export function readingTools(
	odoo: ReadingOdoo,
	{ onRows, onFailure }: { onRows: (rows: readonly JsonObject[]) => void; onFailure: (error: unknown) => void },
) {
	const run = async (work: () => Promise<unknown>) => {
		try {
			return shortened(await work());
		} catch (error) {
			if (error instanceof InputError) return { error: error.message };
			if (error instanceof OdooError && MENDABLE.has(error.kind)) return { error: error.message };
			onFailure(error);
			throw error;
		}
	};
	const shown = (rows: readonly JsonObject[]) => {
		onRows(rows);
		return { rows };
	};
	return {
		list_models: tool({
			description: 'Finds models by words of their labels or names; all of them where no words are given.',
			inputSchema: z.object({ words: z.string().default('') }),
			execute: ({ words }) =>
				run(async () => {
					const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
					const all = [...(await odoo.models())].map(([name, label]) => ({ name, label }));
					const found = all.filter(({ name, label }) =>
						wanted.some((word) => `${name} ${label}`.toLowerCase().includes(word)),
					);
					return { models: found.length > 0 ? found : all };
				}),
		}),
		describe_model: tool({
			description: 'The fields of a model: name, label, type, the model of a relation, the keys of a selection.',
			inputSchema: z.object({ model }),
			execute: (input) =>
				run(async () => {
					const { label, fields } = await odoo.describe(input.model);
					return { label, fields: [...fields.values()].map(fieldLine) };
				}),
		}),
		search: tool({
			description: `Reads records, at most ${MAX_RECORDS}.`,
			inputSchema: z.object({
				model,
				domain,
				fields: z.array(z.string()).min(1),
				order: z.string().optional().describe('e.g. date_order desc'),
				limit: limit.default(20),
			}),
			execute: ({ order, ...input }) =>
				run(async () =>
					shown(
						await odoo.search(input.model, {
							domain: domainOf(input.domain),
							fields: input.fields,
							limit: input.limit,
							...(order === undefined ? {} : { order }),
						}),
					),
				),
		}),
		count: tool({
			description: 'Counts records.',
			inputSchema: z.object({ model, domain }),
			execute: (input) => run(async () => ({ count: await odoo.count(input.model, domainOf(input.domain)) })),
		}),
		group: tool({
			description:
				'Groups records and adds up: per group a count and the aggregates. Without group_by, one group of everything.',
			inputSchema: z.object({
				model,
				domain,
				group_by: z.array(z.string()).describe('Fields; dates with :day, :week, :month, :quarter or :year'),
				aggregates: z
					.array(z.object({ field: z.string(), function: z.enum(['sum', 'avg', 'min', 'max']) }))
					.default([]),
				order_by: z.string().optional().describe('count, one of group_by, or field:function of an aggregate'),
				descending: z.boolean().default(true),
				limit: limit.default(50),
			}),
			execute: (input) =>
				run(async () =>
					shown(
						await odoo.group(input.model, {
							domain: domainOf(input.domain),
							groupBy: input.group_by,
							aggregates: input.aggregates,
							limit: input.limit,
							...(input.order_by === undefined
								? {}
								: { order: { by: input.order_by, descending: input.descending } }),
						}),
					),
				),
		}),
		propose_changes: tool({
			description: 'Proposes calls that change records, for the person to confirm. Nothing is changed by it.',
			inputSchema: proposal,
		}),
	};
}

/**
 * The calls that a proposal means.
 * @throws {SyntaxError} where a text is not the JSON that it should be
 */
export function proposedCalls({ calls }: z.infer<typeof proposal>): OdooCall[] {
	return calls.map(({ args: argsText, kwargs: kwargsText, ...call }) => {
		const [args, kwargs] = [parseJson(argsText), parseJson(kwargsText)];
		if (!Array.isArray(args) || !isJsonObject(kwargs))
			throw new SyntaxError('args is no list, or kwargs no object');
		if (isRead(call.method)) throw new SyntaxError(`${call.method} changes nothing`);
		return { ...call, args, kwargs };
	});
}

function domainOf(text: string): DomainList {
	try {
		const read: JsonValue = parseJson(text);
		if (!Array.isArray(read)) throw new InputError('The domain must be a list.');
		parseDomain(read);
		return read;
	} catch (error) {
		if (error instanceof SyntaxError) throw new InputError(`The domain is not JSON: ${error.message}`);
		if (error instanceof DomainError) throw new InputError(error.message);
		throw error;
	}
}

type Field = Awaited<ReturnType<ReadingOdoo['describe']>>['fields'] extends ReadonlyMap<string, infer F> ? F : never;

const fieldLine = ({ name, label, type, relation, selection, stored }: Field): string =>
	[
		`${name}: ${type}${relation === null ? '' : ` of ${relation}`} “${label}”`,
		...(selection.length === 0 ? [] : [`one of ${selection.map(([key, text]) => `${key} (${text})`).join(', ')}`]),
		...(stored ? [] : ['computed: cannot be grouped by']),
	].join('; ');

/** A long result, cut: a model that sees half of it and is told so asks for less. */
function shortened(result: unknown): unknown {
	const text = JSON.stringify(result);
	if (text.length <= MAX_RESULT) return result;
	return {
		cut: `The first ${MAX_RESULT} of ${text.length} characters; ask for less.`,
		text: text.slice(0, MAX_RESULT),
	};
}
