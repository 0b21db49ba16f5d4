import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import type { AssistantConfig } from '../../backend/src/config';
import { createPatientServer } from './patient-server';

/** What a model says in one turn: words, calls of tools, or a failure of its service. */
export type Turn =
	| { readonly text: string }
	| { readonly calls: readonly (readonly [tool: string, input: unknown])[] }
	| { readonly status: number };

const request = z.looseObject({ messages: z.array(z.unknown()), tools: z.array(z.unknown()) });

/**
 * A service of language models that says what a test has written for it, turn by turn, in the words of either API. What
 * it was sent is kept, as text.
 */
export async function startLanguageModel(provider: AssistantConfig['provider'], turns: readonly Turn[]) {
	const requests: string[] = [];
	const server = createPatientServer((incoming, response) => {
		const chunks: Buffer[] = [];
		incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
		incoming.on('end', () => {
			const body = Buffer.concat(chunks).toString();
			request.parse(JSON.parse(body));
			const turn = turns[Math.min(requests.length, turns.length - 1)] ?? { text: '' };
			requests.push(body);
			const status = 'status' in turn ? turn.status : 200;
			response.writeHead(status, { 'content-type': 'application/json' });
			response.end(JSON.stringify(replies[provider](turn, requests.length)));
		});
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = addressOf(server.address());
	return {
		config: {
			provider,
			model: 'test-model',
			baseUrl: `http://127.0.0.1:${port}/v1`,
			apiKey: 'secret-of-the-model',
		},
		requests,
		close: () =>
			new Promise<void>((resolve) => {
				server.closeAllConnections();
				server.close(() => {
					resolve();
				});
			}),
	};
}

function addressOf(address: AddressInfo | string | null): AddressInfo {
	if (address === null || typeof address === 'string') throw new Error('not a TCP server');
	return address;
}

const replies: Readonly<Record<AssistantConfig['provider'], (turn: Turn, number: number) => unknown>> = {
	// https://platform.openai.com/docs/api-reference/chat/object
	openai: (turn, number) =>
		'status' in turn
			? { error: { message: 'secret-of-the-model is over its limit', type: 'error' } }
			: {
					id: `chatcmpl-${number}`,
					object: 'chat.completion',
					created: 1,
					model: 'test-model',
					choices: [
						{
							index: 0,
							finish_reason: 'calls' in turn ? 'tool_calls' : 'stop',
							message: {
								role: 'assistant',
								content: 'text' in turn ? turn.text : null,
								...('calls' in turn
									? {
											tool_calls: turn.calls.map(([name, input], index) => ({
												id: `call_${number}_${index}`,
												type: 'function',
												function: { name, arguments: JSON.stringify(input) },
											})),
										}
									: {}),
							},
						},
					],
					usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
				},
	// https://docs.anthropic.com/en/api/messages
	anthropic: (turn, number) =>
		'status' in turn
			? { type: 'error', error: { type: 'api_error', message: 'secret-of-the-model is over its limit' } }
			: {
					id: `msg_${number}`,
					type: 'message',
					role: 'assistant',
					model: 'test-model',
					content:
						'text' in turn
							? [{ type: 'text', text: turn.text }]
							: turn.calls.map(([name, input], index) => ({
									type: 'tool_use',
									id: `toolu_${number}_${index}`,
									name,
									input,
								})),
					stop_reason: 'calls' in turn ? 'tool_use' : 'end_turn',
					stop_sequence: null,
					usage: { input_tokens: 1_000, output_tokens: 100 },
				},
};
