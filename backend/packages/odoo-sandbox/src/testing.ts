import type { Clock } from './clock';
import type { SandboxJournal } from './journal';
import { createSandbox, type Sandbox } from './server';
import { createMemoryJournal } from './memory-journal';

export const SANDBOX_KEY = 'sandbox-key';
export const SANDBOX_NOW = new Date('2026-03-18T10:30:00Z');
export const SANDBOX_ID = 'harbor';

/** The id of no sandbox. */
export const OTHER_ID = 'hill';

const clock: Clock = { now: () => SANDBOX_NOW };

/** A sandbox with the calls that tests make of it; its clock stands still. */
export interface TestSandbox extends Sandbox {
	fetch(path: string, init?: RequestInit): Promise<Response>;
	/** Calls by JSON-2 and gives status and body, be it a failure. */
	json2(model: string, method: string, body?: unknown): Promise<{ status: number; body: unknown }>;
	/** Calls by JSON-RPC and gives the result; throws an error as JSON. */
	rpc(model: string, method: string, args?: unknown[], kwargs?: Record<string, unknown>): Promise<unknown>;
	/** Calls `service.method` by JSON-RPC and gives the whole answer. */
	service(service: string, method: string, args: unknown[]): Promise<unknown>;
}

export function openSandbox(
	options: { version?: string; journal?: SandboxJournal; sandboxId?: string } = {},
): TestSandbox {
	const { version = '19.0', journal = createMemoryJournal(), sandboxId = SANDBOX_ID } = options;
	const sandbox = createSandbox({
		journal,
		clock,
		resolve: (id) =>
			Promise.resolve(
				id === sandboxId
					? {
							base_path: `/sandbox/${id}`,
							odoo_version: version,
							database: 'sandbox',
							login: 'admin',
							verify: (secret) => secret === SANDBOX_KEY,
						}
					: null,
			),
	});
	const send = (path: string, init?: RequestInit) =>
		sandbox.handle(sandboxId, new Request(`http://sandbox.example.com${path}`, init));
	const service = async (name: string, method: string, args: unknown[]): Promise<unknown> => {
		const body = JSON.stringify({ jsonrpc: '2.0', method: 'call', id: 1, params: { service: name, method, args } });
		const headers = { 'content-type': 'application/json' };
		return (await send('/jsonrpc', { method: 'POST', headers, body })).json();
	};
	return {
		...sandbox,
		fetch: send,
		json2: async (model, method, body = {}) => {
			const response = await send(`/json/2/${model}/${method}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json', authorization: `bearer ${SANDBOX_KEY}` },
				body: JSON.stringify(body),
			});
			return { status: response.status, body: await response.json() };
		},
		rpc: async (model, method, args = [], kwargs = {}) => {
			const answer = await service('object', 'execute_kw', [
				'sandbox',
				2,
				SANDBOX_KEY,
				model,
				method,
				args,
				kwargs,
			]);
			if (typeof answer === 'object' && answer !== null && 'error' in answer) {
				throw new Error(JSON.stringify(answer.error));
			}
			return typeof answer === 'object' && answer !== null && 'result' in answer ? answer.result : null;
		},
		service,
	};
}
