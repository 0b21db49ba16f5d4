import { types } from 'node:util';

/** A Docker Engine did not do what it was asked. The message is for people and holds no secret. */
export class EngineError extends Error {
	override readonly name = 'EngineError';

	constructor(
		/**
		 * `unreachable`: it does not answer; `no_image`: an image is neither there nor to be had; `refused`: it answered
		 * that it will not.
		 */
		readonly code: 'unreachable' | 'no_image' | 'refused',
		message: string,
		options?: ErrorOptions,
	) {
		super(message, options);
	}
}

/** A program in a container ended with another code than 0; the message is what it said last. */
export class ProgramError extends Error {
	override readonly name = 'ProgramError';

	constructor(
		readonly exit_code: number,
		said: string,
	) {
		super(said === '' ? `It ended with ${exit_code}.` : said);
	}
}

/** Also of errors that Node.js itself made, which are of another realm in tests. */
const isError = (error: unknown): error is Error => error instanceof Error || types.isNativeError(error);

const statusOf = (error: unknown) =>
	isError(error) && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : null;

/** Whether the Engine answered with that status. */
export const hasStatus = (error: unknown, ...statuses: readonly number[]) => statuses.includes(statusOf(error) ?? 0);

/** The same failure in the words of this folder. Reasons of an aborted signal stay what they are. */
export function engineError(error: unknown, signal: AbortSignal | undefined): unknown {
	if (signal?.aborted) return signal.reason;
	if (error instanceof EngineError || !isError(error)) return error;
	const status = statusOf(error);
	if (status !== null) {
		const said = 'json' in error && isMessage(error.json) ? error.json.message : `HTTP ${status}`;
		return new EngineError('refused', `The Docker Engine refused: ${said}`, { cause: error });
	}
	const code = 'code' in error ? String(error.code) : error.name;
	return new EngineError('unreachable', `The Docker Engine does not answer (${code}).`, { cause: error });
}

const isMessage = (json: unknown): json is { message: string } =>
	typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string';
