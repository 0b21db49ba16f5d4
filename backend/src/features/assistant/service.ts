import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../core/clock';
import { ApiError } from '../../core/errors';
import { hashToken } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { Caller } from '../../access/caller';
import type { CallOptions, OdooCall, OdooClient } from '../../odoo/client';
import { OdooError } from '../../odoo/errors';
import { isJsonObject, type JsonObject, type JsonValue } from '../../odoo/json';
import type { OdooAccess } from '../../odoo/transport';
import type { ProposalDocument } from './model';
import { type Answer, type Planner, ReadingLimitError, type ReadingOdoo } from './planner';
import { createReadingOdoo } from './reading-odoo';

/** How long a proposal waits for its confirmation. */
const PROPOSAL_MS = 10 * 60_000;

/** Who asks, and the Odoo that the question is about. */
export interface Conversation {
	readonly caller: Pick<Caller, 'organization_id' | 'permissions'>;
	/** The id of the caller's key or session, to which proposals are bound. */
	readonly caller_id: string;
	readonly odoo: Pick<OdooAccess, 'url' | 'database' | 'login'>;
	readonly client: OdooClient;
}

/** The `chat` action: a question is answered by reading; for a command, calls are proposed, and made when confirmed. */
export interface AssistantService {
	/**
	 * Answers `{ answer, understood, records?, queries, planner }`; for a command that the caller may have carried out,
	 * `{ …, plan, confirm_token, expires_at }`. Never writes. Rejects with an `OdooError`.
	 */
	ask(
		conversation: Conversation,
		question: { readonly message: string; readonly allow_writes: boolean },
		options?: CallOptions,
	): Promise<JsonObject>;
	/**
	 * Makes the calls proposed under that token, once, and answers with what each returned; a `message` that is not
	 * empty must be the one that they were proposed for. Rejects with an `OdooError`.
	 * @throws {ApiError} 403 `permission_denied`; 404 `not_found` where no such proposal waits for this key and Odoo.
	 */
	confirm(
		conversation: Conversation,
		confirmation: { readonly token: string; readonly message: string },
		options?: CallOptions,
	): Promise<JsonObject>;
}

const callsSchema = z.array(
	z.strictObject({
		model: z.string(),
		method: z.string(),
		args: z.custom<JsonValue[]>((value) => Array.isArray(value)),
		kwargs: z.custom<JsonObject>((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
	}),
);

/** The assistant with one planner, whose proposals all replicas share. */
export function createAssistantService({
	planner,
	proposals,
	clock,
}: {
	planner: Planner;
	proposals: Pick<TenantCollection<ProposalDocument>, 'insert' | 'delete'>;
	clock: Clock;
}): AssistantService {
	const keep = async (
		{ caller, caller_id, odoo }: Conversation,
		message: string,
		{ text, done = text, calls }: Answer & { kind: 'planned' },
	) => {
		const token = randomBytes(32).toString('base64url');
		const expires_at = new Date(clock.now().getTime() + PROPOSAL_MS);
		await proposals.insert({
			_id: hashToken(token),
			organization_id: caller.organization_id,
			caller_id,
			odoo: placeOf(odoo),
			message,
			summary: done,
			calls: JSON.stringify(calls),
			expires_at,
		});
		return { confirm_token: token, expires_at: expires_at.toISOString() };
	};

	const reply = async (
		conversation: Conversation,
		{ message, allow_writes }: { message: string; allow_writes: boolean },
		answer: Answer,
	): Promise<JsonObject> => {
		if (answer.kind === 'not_understood') return { answer: answer.text, understood: false };
		if (answer.kind === 'answered') {
			const { records } = answer;
			return { answer: answer.text, understood: true, ...(records ? { records: [...records] } : {}) };
		}
		const missing = missingFor(conversation, allow_writes);
		if (missing !== null) return { answer: `${answer.text} Nothing was changed: ${missing}`, understood: true };
		const kept = await keep(conversation, message, answer);
		const next = `Nothing was changed yet: to do it, send confirm with the confirm_token by ${kept.expires_at}.`;
		return { answer: `${answer.text} ${next}`, understood: true, plan: answer.calls.map(toJson), ...kept };
	};

	return {
		async ask(conversation, question, options) {
			const odoo = createReadingOdoo(conversation.client, { clock, signal: options?.signal });
			const answer = await answerWithinLimits(
				planner,
				{ message: question.message, now: clock.now() },
				odoo,
				options,
			);
			const said = await reply(conversation, question, answer);
			return { ...said, queries: odoo.queries.map(toJson), planner: planner.name };
		},
		async confirm(conversation, { token, message }, options) {
			const { caller, caller_id, odoo, client } = conversation;
			if (!caller.permissions.has('odoo:write')) {
				const detail = 'The API key lacks the permission odoo:write, which carrying out a plan needs.';
				throw new ApiError('permission_denied', detail, {
					members: { required_permission: 'odoo:write' },
				});
			}
			const proposal = await proposals.delete(caller.organization_id, {
				_id: hashToken(token),
				caller_id,
				odoo: placeOf(odoo),
				...(message === '' ? {} : { message }),
				expires_at: { $gt: clock.now() },
			});
			if (proposal === null) {
				const detail =
					'No plan waits for this confirm token: it was confirmed before, has expired, or belongs to another ' +
					'message, API key or Odoo connection. Ask again for a new plan.';
				throw new ApiError('not_found', detail);
			}
			const calls = callsSchema.parse(JSON.parse(proposal.calls));
			const results = await carryOut(client, calls, options);
			return {
				answer: `Done: ${proposal.summary}${results.some(isAction) ? ` ${FURTHER_STEP}` : ''}`,
				understood: true,
				results,
				queries: calls.map(toJson),
				planner: planner.name,
			};
		},
	};
}

async function answerWithinLimits(
	planner: Planner,
	question: Parameters<Planner['answer']>[0],
	odoo: ReadingOdoo,
	options: CallOptions = {},
): Promise<Answer> {
	try {
		return await planner.answer(question, odoo, options);
	} catch (error) {
		if (!(error instanceof ReadingLimitError)) throw error;
		return { kind: 'not_understood', text: error.message };
	}
}

/** What the caller lacks to have a command carried out; null where nothing is missing. */
function missingFor({ caller }: Conversation, writes: boolean): string | null {
	const missing = [
		...(writes ? [] : ['the request must say "allow_writes": true']),
		...(caller.permissions.has('odoo:write') ? [] : ['the API key lacks the permission odoo:write']),
	];
	return missing.length === 0 ? null : `${missing.join(', and ')}.`;
}

/** Makes the calls in their order, each once. A failure says which were made before it. */
async function carryOut(client: OdooClient, calls: readonly OdooCall[], options?: CallOptions): Promise<JsonValue[]> {
	const results: JsonValue[] = [];
	for (const call of calls) {
		try {
			results.push(await client.call(call, options));
		} catch (error) {
			if (!(error instanceof OdooError) || calls.length === 1) throw error;
			const done = `${results.length} of the plan's ${calls.length} calls were done`;
			const message = `${done}, then ${call.model}.${call.method} failed: ${error.message}`;
			throw new OdooError(error.kind, message, error.exception, { cause: error });
		}
	}
	return results;
}

const FURTHER_STEP = 'Odoo answers with a further step in its own screens; look there whether it is complete.';

/** Whether Odoo answers with an action: its client would open a dialog in which the user goes on. */
const isAction = (result: JsonValue) =>
	isJsonObject(result) && typeof result.type === 'string' && result.type.startsWith('ir.actions.');

/** Identifies the Odoo and the user there, as a connection may be changed before the confirmation. */
const placeOf = ({ url, database, login }: Conversation['odoo']) =>
	createHash('sha256')
		.update(JSON.stringify([url, database, login]))
		.digest('hex');

const toJson = ({ model, method, args, kwargs }: OdooCall): JsonObject => ({ model, method, args: [...args], kwargs });
