import type { INodeParameters } from 'n8n-workflow';
import { z } from 'zod';
import type { WorkflowJson } from '../../scripts/n8n-engine';
import { until } from './until';

/** Where a whole n8n with the built package is, and who may use it; null where the environment names none. */
export function n8nFromEnvironment() {
	const { N8N_URL: url, N8N_API_KEY: apiKey, N8N_EMAIL: email, N8N_PASSWORD: password } = process.env;
	const { N8N_USER_FOLDER: userFolder } = process.env;
	return url && apiKey && email && password && userFolder ? { url, apiKey, email, password, userFolder } : null;
}

export type N8nSettings = NonNullable<ReturnType<typeof n8nFromEnvironment>>;

/** How long n8n may take for what it does after it has answered, in milliseconds. */
export const N8N_LIMIT_MS = 50_000;

/** Each request has a connection of its own: n8n may have closed an idle one while a test file was being loaded. */
const HEADERS = { 'content-type': 'application/json', connection: 'close' };

const runData = z.record(
	z.string(),
	z.array(
		z.object({
			error: z.object({ message: z.string() }).nullish(),
			data: z
				.object({ main: z.array(z.array(z.object({ json: z.record(z.string(), z.unknown()) })).nullable()) })
				.nullish(),
		}),
	),
);
const executionSchema = z.object({
	id: z.coerce.string(),
	status: z.string(),
	data: z.object({ resultData: z.object({ runData }) }).nullish(),
});

/** A run of a workflow that has ended. */
export interface Execution {
	readonly status: string;
	/** What each node put out; empty for a node that failed. */
	readonly items: Record<string, Record<string, unknown>[]>;
	/** The message of each node that failed. */
	readonly errors: Record<string, string>;
}

/** A whole n8n, asked as its editor and its users' scripts ask it. */
export class N8n {
	private constructor(
		private readonly url: string,
		private readonly apiKey: string,
		private readonly cookie: string,
	) {}

	static async login({ url, apiKey, email, password }: N8nSettings) {
		const response = await fetch(`${url}/rest/login`, {
			method: 'POST',
			headers: HEADERS,
			body: JSON.stringify({ emailOrLdapLoginId: email, password }),
		});
		if (!response.ok) throw new Error(`n8n refused the login: ${response.status} ${await response.text()}`);
		const cookie = response.headers.getSetCookie().map((header) => header.split(';')[0]);
		return new N8n(url, apiKey, cookie.join('; '));
	}

	/** Saves a credential, and returns how nodes refer to it. */
	async saveCredential(type: string, name: string, data: Record<string, string>) {
		const body = { name, type, data };
		return z
			.object({ data: z.object({ id: z.string(), name: z.string() }) })
			.parse(await this.ask('POST', '/rest/credentials', body)).data;
	}

	/** Presses "Test" on a saved credential. */
	async testCredential(type: string, saved: { id: string; name: string }, data: Record<string, string>) {
		const body = { credentials: { ...saved, type, data } };
		return z
			.object({ data: z.object({ status: z.string(), message: z.string() }) })
			.parse(await this.ask('POST', '/rest/credentials/test', body)).data;
	}

	/** Opens a locator's list in the editor. */
	async searchList(node: string, methodName: string, credentials: object, parameters: INodeParameters = {}) {
		const item = z.object({ name: z.string(), value: z.union([z.string(), z.number()]) });
		const body = editing('environment', { node, methodName, credentials, parameters });
		return z
			.object({ data: z.object({ results: z.array(item) }) })
			.parse(await this.ask('POST', '/rest/dynamic-node-parameters/resource-locator-results', body)).data.results;
	}

	/** Opens the mapping of fields in the editor: the ids of the fields. */
	async mappedFields(node: string, methodName: string, credentials: object, parameters: INodeParameters) {
		const body = editing('values', { node, methodName, credentials, parameters });
		const { data } = z
			.object({ data: z.object({ fields: z.array(z.object({ id: z.string() })) }) })
			.parse(await this.ask('POST', '/rest/dynamic-node-parameters/resource-mapper-fields', body));
		return data.fields.map(({ id }) => id);
	}

	/** The full names of all node types that it has loaded. */
	async nodeTypes(): Promise<string[]> {
		const types = z.array(z.object({ name: z.string() })).parse(await this.ask('GET', '/types/nodes.json'));
		return types.map(({ name }) => name);
	}

	/** Whether its start asks the triggers of active workflows if their webhooks exist; from 2.40 on it does not by default. */
	async checksWebhooksAtStart(): Promise<boolean> {
		const settings = z.object({ data: z.object({ useWorkflowPublicationService: z.boolean().default(false) }) });
		return !settings.parse(await this.ask('GET', '/rest/settings')).data.useWorkflowPublicationService;
	}

	/** Imports a workflow and returns its id. */
	async importWorkflow({ name, nodes, connections, settings }: WorkflowJson): Promise<string> {
		const body = { name, nodes, connections, settings };
		return z.object({ id: z.string() }).parse(await this.ask('POST', '/api/v1/workflows', body)).id;
	}

	/** Its triggers are registered by then, or (from n8n 2.40 on) a moment later. */
	async activate(workflowId: string): Promise<void> {
		await this.ask('POST', `/api/v1/workflows/${workflowId}/activate`);
	}

	/** Its triggers are removed by then, or (from n8n 2.40 on) a moment later. */
	async deactivate(workflowId: string): Promise<void> {
		await this.ask('POST', `/api/v1/workflows/${workflowId}/deactivate`);
	}

	/** Deletes a workflow, an active one too. */
	async deleteWorkflow(workflowId: string): Promise<void> {
		await this.deactivate(workflowId);
		await until(async () => {
			const response = await this.send('DELETE', `/api/v1/workflows/${workflowId}`);
			// Its triggers are still being removed.
			return response.status !== 409 && answerOf(response);
		}, N8N_LIMIT_MS);
	}

	/** Presses "Execute workflow", starting from a node, and waits for the end. */
	async execute(workflowId: string, startNode: string): Promise<Execution> {
		const { data: workflow } = z
			.object({ data: z.record(z.string(), z.unknown()) })
			.parse(await this.ask('GET', `/rest/workflows/${workflowId}`));
		const { data: started } = z.object({ data: z.object({ executionId: z.string() }) }).parse(
			await this.ask('POST', `/rest/workflows/${workflowId}/run`, {
				workflowData: workflow,
				triggerToStartFrom: { name: startNode },
			}),
		);
		return until(() => this.execution(started.executionId), N8N_LIMIT_MS);
	}

	/** The runs of a workflow that have ended. */
	async executions(workflowId: string): Promise<Execution[]> {
		const page = z
			.object({ data: z.array(executionSchema) })
			.parse(await this.ask('GET', `/api/v1/executions?includeData=true&workflowId=${workflowId}`));
		return page.data.filter(hasEnded).map(present);
	}

	private async execution(id: string): Promise<Execution | null> {
		const execution = executionSchema.parse(await this.ask('GET', `/api/v1/executions/${id}?includeData=true`));
		return hasEnded(execution) ? present(execution) : null;
	}

	private async ask(method: string, path: string, body?: object): Promise<unknown> {
		return answerOf(await this.send(method, path, body));
	}

	private send(method: string, path: string, body?: object): Promise<Response> {
		return fetch(this.url + path, {
			method,
			headers: { ...HEADERS, cookie: this.cookie, 'x-n8n-api-key': this.apiKey },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
	}
}

async function answerOf(response: Response): Promise<unknown> {
	const text = await response.text();
	if (!response.ok) throw new Error(`n8n answered ${response.status} at ${response.url}: ${text}`);
	return JSON.parse(text);
}

/** What the editor sends when it needs to know what a parameter offers. */
const editing = (
	parameter: string,
	asked: { node: string; methodName: string; credentials: object; parameters: INodeParameters },
) => ({
	path: `parameters.${parameter}`,
	methodName: asked.methodName,
	nodeTypeAndVersion: { name: asked.node, version: 1 },
	currentNodeParameters: asked.parameters,
	credentials: asked.credentials,
});

/** Whether a run has ended and n8n has saved its results too: it saves them after the state, in a write of their own. */
const hasEnded = ({ status, data }: z.output<typeof executionSchema>) =>
	!['new', 'running', 'waiting'].includes(status) && Object.keys(data?.resultData.runData ?? {}).length > 0;

function present({ status, data }: z.output<typeof executionSchema>): Execution {
	const runs = Object.entries(data?.resultData.runData ?? {});
	return {
		status,
		items: Object.fromEntries(
			runs.map(([node, tasks]) => [
				node,
				tasks.flatMap((task) => task.data?.main.flatMap((items) => items?.map(({ json }) => json) ?? []) ?? []),
			]),
		),
		errors: Object.fromEntries(
			runs.flatMap(([node, tasks]) => tasks.flatMap(({ error }) => (error ? [[node, error.message]] : []))),
		),
	};
}
