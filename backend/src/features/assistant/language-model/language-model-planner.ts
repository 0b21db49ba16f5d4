import {
	APICallError,
	generateText,
	type LanguageModel,
	RetryError,
	stepCountIs,
	type StopCondition,
	type ToolSet,
} from 'ai';
import { ApiError } from '../../../core/errors';
import type { Logger } from '../../../core/log';
import type { JsonObject } from '../../../odoo/json';
import { type Answer, MAX_DURATION_MS, type Planner, type Question, type ReadingOdoo } from '../planner';
import { instructions } from './prompt';
import { proposal, proposedCalls, readingTools } from './tools';

/** How often the model may call tools and be answered. */
const MAX_STEPS = 12;
/** Input and output of all steps together; the step that reaches it is the last. */
const MAX_TOKENS = 200_000;
const MAX_OUTPUT_TOKENS = 2_000;

/**
 * Lets a language model find the answer with tools that read. Records are data to it: they reach it as results of tools
 * alone, and no tool writes, whatever a record asks for; a change is proposed, shown to the person with its exact calls,
 * and carried out by nobody but them. `records` are the rows of the last search or group, as Odoo gave them.
 * @throws {ApiError} 502 `assistant_unavailable` where the model does not answer
 */
export const createLanguageModelPlanner = ({ model, log }: { model: LanguageModel; log: Logger }): Planner => ({
	name: 'language_model',
	async answer(question, odoo, { signal } = {}) {
		const broken = new AbortController();
		const conversation: Conversation = {
			rows: null,
			failure: null,
			signal: AbortSignal.any([
				broken.signal,
				AbortSignal.timeout(MAX_DURATION_MS),
				...(signal === undefined ? [] : [signal]),
			]),
			fail(error) {
				this.failure ??= { error };
				broken.abort();
			},
		};
		try {
			return await converse(model, question, odoo, conversation);
		} catch (error) {
			signal?.throwIfAborted();
			if (conversation.failure !== null) throw conversation.failure.error;
			throw unavailable(error, log);
		}
	},
});

interface Conversation {
	rows: readonly JsonObject[] | null;
	failure: { readonly error: unknown } | null;
	readonly signal: AbortSignal;
	fail(this: Conversation, error: unknown): void;
}

async function converse(
	model: LanguageModel,
	question: Question,
	odoo: ReadingOdoo,
	conversation: Conversation,
): Promise<Answer> {
	const { text, steps, finishReason } = await generateText({
		model,
		system: instructions(question, odoo.version.text),
		prompt: question.message,
		tools: readingTools(odoo, {
			onRows: (rows) => (conversation.rows = rows),
			onFailure: (error) => conversation.fail(error),
		}),
		stopWhen: [stepCountIs(MAX_STEPS), tokensUsed(MAX_TOKENS)],
		maxOutputTokens: MAX_OUTPUT_TOKENS,
		temperature: 0,
		maxRetries: 1,
		abortSignal: conversation.signal,
	});
	conversation.signal.throwIfAborted();
	const proposed = (steps.at(-1)?.toolCalls ?? []).filter(({ toolName }) => toolName === 'propose_changes');
	if (proposed.length > 1) return notUnderstood('it proposed several changes, and a plan is one');
	if (proposed[0] !== undefined) return planned(proposed[0].input);
	if (finishReason === 'tool-calls') {
		return notUnderstood(`it took more than ${MAX_STEPS} steps or ${MAX_TOKENS} tokens`);
	}
	if (text.trim() === '') return notUnderstood('it answered nothing');
	const { rows } = conversation;
	return { kind: 'answered', text: text.trim(), ...(rows === null ? {} : { records: rows }) };
}

const tokensUsed =
	<T extends ToolSet>(limit: number): StopCondition<T> =>
	({ steps }) =>
		steps.reduce((sum, { usage }) => sum + (usage.totalTokens ?? 0), 0) >= limit;

function planned(input: unknown): Answer {
	const parsed = proposal.safeParse(input);
	if (!parsed.success) return notUnderstood('it proposed a change in a form that cannot be used');
	try {
		const calls = proposedCalls(parsed.data);
		// Whatever the model calls it, the person reads what it is.
		const names = calls.map(({ model, method }) => `${model}.${method}`).join(', ');
		return { kind: 'planned', text: `${parsed.data.summary} (${names})`, calls };
	} catch (error) {
		if (error instanceof SyntaxError)
			return notUnderstood(`it proposed a change that cannot be used: ${error.message}`);
		throw error;
	}
}

const notUnderstood = (why: string): Answer => ({
	kind: 'not_understood',
	text: `The language model came to no answer: ${why}. Ask for less at once, or in other words.`,
});

/** What became of a call, without the provider's own words, which may repeat the question and the records. */
function unavailable(error: unknown, log: Logger): ApiError {
	const cause = error instanceof RetryError ? error.lastError : error;
	const status = cause instanceof APICallError ? cause.statusCode : undefined;
	log.warn({ status, reason: cause instanceof Error ? cause.name : 'unknown' }, 'the language model did not answer');
	const what =
		status === undefined ? 'The language model did not answer.' : `The language model answered HTTP ${status}.`;
	return new ApiError('assistant_unavailable', `${what} Try again; if it stays so, tell whoever runs this service.`);
}
