import { z } from 'zod';
import { errorCodes } from '../../core/error-codes';
import type { JsonBytes } from '../../core/json-bytes';
import type { JsonValue } from '../../odoo/json';

/** What Odoo answered is handed on as it came: to look into it would take as long as it is large. */
const jsonValue = z.custom<JsonValue>();
/** As it is handed on, where it is large. */
const forwarded = z.custom<JsonValue | JsonBytes>();

const version = z.string().meta({ description: 'Of Odoo, as it writes it, e.g. `19.0`' });
const transport = z.enum(['json-2', 'json-rpc']).meta({ description: 'How Odoo is called' });
const database = z.string().meta({ description: 'The database of that Odoo' });

const callSchema = z.object({
	model: z.string().meta({ description: 'The technical name, e.g. `res.partner`' }),
	method: z.string().meta({ description: 'What is called, e.g. `search_read`' }),
	args: z.array(jsonValue).meta({ description: 'By position' }),
	kwargs: z.record(z.string(), jsonValue).meta({ description: 'By name' }),
});

const chatAnswer = {
	answer: z.string().meta({ description: 'For people' }),
	understood: z.boolean().meta({ description: 'Whether the assistant knew what was meant' }),
	queries: z.array(callSchema).meta({ description: 'Every call of Odoo that the answer comes from' }),
	planner: z.enum(['rules', 'language_model']).meta({ description: 'Who answered' }),
};

/** What each action answers, as `data`. */
export const answerSchemas = {
	execute_method: forwarded.meta({
		title: 'Of execute_method',
		description: 'What the method returned: any JSON, e.g. records with the fields that were asked for',
	}),
	test_connection: z
		.object({
			connected: z.literal(true).meta({ description: 'Always true here; a failure has another status than 200' }),
			user_id: z.int().meta({ description: 'Who one is, in that Odoo' }),
			login: z.string().meta({ description: 'The login of that user' }),
			name: z.string().meta({ description: 'The name of that user' }),
			database,
			version,
			transport,
		})
		.meta({ title: 'Of test_connection' }),
	get_config: z
		.object({
			name: z.string().meta({ description: 'The name of the connection' }),
			url: z.string().meta({ description: 'Where its Odoo answers' }),
			database,
			login: z.string().meta({ description: 'Who logs in there' }),
			environment_id: z
				.string()
				.nullable()
				.meta({ description: 'The environment behind it; null for an Odoo elsewhere' }),
			version: version.nullable().meta({ description: 'Of Odoo; null where it does not answer' }),
			transport: transport.nullable().meta({ description: 'How Odoo is called; null where it does not answer' }),
		})
		.meta({ title: 'Of get_config' }),
	chat: z
		.union([
			z
				.object({
					...chatAnswer,
					records: z
						.array(jsonValue)
						.optional()
						.meta({ description: 'Those that the answer is about; missing where it is about none' }),
				})
				.meta({ title: 'Of a question' }),
			z
				.object({
					...chatAnswer,
					plan: z.array(callSchema).meta({ description: 'The calls that would be made' }),
					confirm_token: z.string().meta({ description: 'Carries the plan out, once, as `confirm`' }),
					expires_at: z.string().meta({ format: 'date-time', description: 'Until when it can be confirmed' }),
				})
				.meta({ title: 'Of a wish to change something' }),
			z
				.object({
					...chatAnswer,
					results: z.array(jsonValue).meta({ description: 'What each call of the plan returned' }),
				})
				.meta({ title: 'Of a confirmation' }),
		])
		.meta({ title: 'Of chat' }),
	batch: z
		.array(
			z.discriminatedUnion('success', [
				z.object({
					success: z.literal(true).meta({ description: 'Whether the request was carried out' }),
					data: forwarded.meta({ description: 'What the request would have been answered by itself' }),
				}),
				z.looseObject({
					success: z.literal(false).meta({ description: 'Whether the request was carried out' }),
					error: z.string().meta({ description: 'What happened, in one line' }),
					details: z.string().meta({ description: 'What happened and what to do about it' }),
					code: z.enum(errorCodes).meta({ description: 'Stable; what programs should look at' }),
				}),
			]),
		)
		.meta({ title: 'Of batch', description: 'What became of each request, in their order' }),
};

/** What each action answers, by its name. */
export type Answers = { readonly [A in keyof typeof answerSchemas]: z.output<(typeof answerSchemas)[A]> };

/** What became of one request of a batch. */
export type BatchResult = Answers['batch'][number];

/** Says what `data` is by what was asked; described and not parsed, as Odoo's answers are. */
export const gatewayData = z
	.custom<Answers[keyof Answers]>()
	.meta({ anyOf: z.toJSONSchema(z.union(Object.values(answerSchemas)), { unrepresentable: 'any' }).anyOf });
