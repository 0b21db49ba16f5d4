import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModel } from 'ai';
import type { Config } from '../../../config';

/** Where an Anthropic model is reached when the configuration says nothing else. */
const ANTHROPIC_URL = 'https://api.anthropic.com/v1';

/**
 * The language model that the configuration names. Who runs the service chose its address, so it may be on this very
 * machine; a redirect to another one is not followed.
 */
export function openLanguageModel({
	provider,
	baseUrl,
	apiKey,
	model,
}: NonNullable<Config['assistant']>): LanguageModel {
	const fetchThere: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'error' });
	const baseURL = baseUrl ?? ANTHROPIC_URL;
	return provider === 'anthropic'
		? createAnthropic({ baseURL, apiKey: apiKey ?? '', fetch: fetchThere })(model)
		: createOpenAICompatible({
				name: 'assistant',
				baseURL,
				...(apiKey === undefined ? {} : { apiKey }),
				fetch: fetchThere,
			})(model);
}
