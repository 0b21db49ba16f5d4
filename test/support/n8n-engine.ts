import { once } from 'node:events';
import path from 'node:path';
import express from 'express';
import { ExecuteContext, HookContext, LoadOptionsContext, RoutingNode, WebhookContext } from 'n8n-core';
import {
	createEmptyRunExecutionData,
	type IDataObject,
	type INode,
	type INodeExecutionData,
	type INodeListSearchResult,
	type INodeParameters,
	type INodeType,
} from 'n8n-workflow';
import { OdooGatewayApi } from '../../credentials/OdooGatewayApi.credentials';
import { OdooPlatformApi } from '../../credentials/OdooPlatformApi.credentials';
import { OdooGateway } from '../../nodes/OdooGateway/OdooGateway.node';
import { OdooPlatform } from '../../nodes/OdooPlatform/OdooPlatform.node';
import { OdooPlatformTrigger } from '../../nodes/OdooPlatformTrigger/OdooPlatformTrigger.node';
import {
	openWorkflow,
	packageOf,
	readWorkflow,
	runWorkflow,
	type RunOptions,
	type WorkflowJson,
	type WorkflowOptions,
	type WorkflowResult,
} from '../../scripts/n8n-engine';
import { portOf } from './fake-platform';

const PACKAGE = 'n8n-nodes-odoo-platform';

/** The package under test, from its sources. */
export const sources = packageOf(
	PACKAGE,
	[new OdooPlatform(), new OdooPlatformTrigger(), new OdooGateway()],
	[new OdooPlatformApi(), new OdooGatewayApi()],
);

/** One of the workflows in docs/examples. */
export const exampleWorkflow = (name: string): WorkflowJson =>
	readWorkflow(path.join(__dirname, '../../docs/examples', `${name}.json`));

const nodeOf = (type: string, parameters: INodeParameters, settings: Partial<INode> = {}): INode => ({
	id: type,
	name: type,
	type: type === 'start' ? 'n8n-nodes-base.manualTrigger' : `${PACKAGE}.${type}`,
	typeVersion: 1,
	position: [0, 0],
	parameters,
	...settings,
});

/** How one node's part in a run ended. */
export interface NodeResult {
	error: WorkflowResult['error'];
	items: INodeExecutionData[];
	json: IDataObject[];
}

/** Runs one node of the package, behind a manual trigger, in n8n's engine. */
export async function runNode(
	type: 'odooPlatform' | 'odooGateway',
	parameters: INodeParameters,
	{ settings, ...options }: RunOptions & { settings?: Partial<INode> },
): Promise<NodeResult> {
	const workflow = {
		name: 'test',
		nodes: [nodeOf('start', {}), nodeOf(type, parameters, settings)],
		connections: { start: { main: [[{ node: type, type: 'main' as const, index: 0 }]] } },
	};
	const { error, items } = await runWorkflow(workflow, sources, options);
	const own = items[type] ?? [];
	return { error, items: own, json: own.map(({ json }) => json) };
}

/** One of the package's nodes as the editor has it open: what fills its lists and its mapped fields. */
export function openInEditor(
	type: 'odooPlatform' | 'odooGateway',
	options: WorkflowOptions,
	parameters: INodeParameters = {},
) {
	const json = { name: 'test', nodes: [nodeOf(type, parameters)], connections: {} };
	const { workflow, additionalData } = openWorkflow(json, sources, options);
	const { methods } = sources.nodes.get(`${PACKAGE}.${type}`) ?? {};
	const node = theOnly(workflow.nodes);
	const edited = { ...additionalData, currentNodeParameters: node.parameters };
	const context = new LoadOptionsContext(workflow, node, edited, 'parameters.any');
	const there = <T>(method: T | undefined): T => {
		if (method === undefined) throw new Error('The node has no such method');
		return method;
	};
	return {
		search: (method: string, filter?: string, cursor?: string): Promise<INodeListSearchResult> =>
			there(methods?.listSearch?.[method]).call(context, filter, cursor),
		options: (method: string) => there(methods?.loadOptions?.[method]).call(context),
		fields: async (method: string) => (await there(methods?.resourceMapping?.[method]).call(context)).fields,
	};
}

/** Searches a locator's list of the Odoo Platform node, as the editor does while its user types. */
export const searchList = (method: string, options: WorkflowOptions, filter?: string, cursor?: string) =>
	openInEditor('odooPlatform', options).search(method, filter, cursor);

/** Sends the request a credential is tested with, as n8n does; throws when it is refused. */
export async function testCredential(type: 'odooPlatformApi' | 'odooGatewayApi', data: Record<string, string>) {
	const request = sources.credentials.get(type)?.test?.request;
	const tester: INodeType = {
		description: {
			displayName: 'Credential test',
			name: 'tester',
			group: ['transform'],
			version: 1,
			description: 'As n8n makes it up in its CredentialsTester',
			defaults: {},
			inputs: ['main'],
			outputs: ['main'],
			credentials: [{ name: type, required: true }],
			properties: [{ displayName: 'Temp', name: 'temp', type: 'string', default: '', routing: { request } }],
		},
	};
	const pack = { nodes: new Map([[`${PACKAGE}.tester`, tester]]), credentials: sources.credentials };
	const json = { name: 'test', nodes: [nodeOf('tester', {})], connections: {} };
	const { workflow, additionalData } = openWorkflow(json, pack, { credentials: { [type]: data } });
	const node = theOnly(workflow.nodes);
	const runData = createEmptyRunExecutionData();
	const input = { main: [[{ json: {} }]] };
	const executeData = { node, data: {}, source: null };
	const context = new ExecuteContext(
		workflow,
		node,
		additionalData,
		'internal',
		runData,
		0,
		[],
		input,
		executeData,
		[],
	);
	return new RoutingNode(context, tester).runNode();
}

function theOnly<T>(values: Record<string, T>): T {
	const [value] = Object.values(values);
	if (value === undefined) throw new Error('There is none');
	return value;
}

/** A trigger of the package in a workflow, with its life cycle and a real HTTP address that its webhook answers at. */
export interface TestTrigger {
	readonly url: string;
	/** What n8n keeps of the node between runs. */
	readonly staticData: IDataObject;
	/** What the workflow was started with, one entry a start. */
	readonly starts: INodeExecutionData[][];
	hook(method: 'checkExists' | 'create' | 'delete'): Promise<boolean>;
	close(): Promise<void>;
}

export async function startTrigger(parameters: INodeParameters, options: WorkflowOptions): Promise<TestTrigger> {
	const app = express();
	const server = app.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const url = `http://127.0.0.1:${portOf(server.address())}`;

	const trigger = new OdooPlatformTrigger();
	const [webhookDescription] = trigger.description.webhooks ?? [];
	if (webhookDescription === undefined) throw new Error('The trigger has no webhook');
	const json = { name: 'test', nodes: [nodeOf('odooPlatformTrigger', parameters)], connections: {} };
	const { workflow, additionalData } = openWorkflow(json, sources, { webhookBaseUrl: url, ...options });
	const node = theOnly(workflow.nodes);
	const starts: INodeExecutionData[][] = [];
	const webhookData = {
		httpMethod: 'POST' as const,
		node: node.name,
		path: 'webhook',
		webhookDescription,
		workflowId: workflow.id,
		workflowExecuteAdditionalData: additionalData,
	};

	app.use((request, _response, next) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			request.rawBody = Buffer.concat(chunks);
			const body: unknown = JSON.parse(request.rawBody.toString());
			request.body = body;
			next();
		});
	});
	app.use(async (request, response) => {
		const context = new WebhookContext(
			workflow,
			node,
			{ ...additionalData, httpRequest: request, httpResponse: response },
			'webhook',
			webhookData,
			[],
			null,
		);
		const { noWebhookResponse, workflowData } = await trigger.webhook.call(context);
		if (workflowData !== undefined) starts.push(...workflowData);
		if (noWebhookResponse !== true) response.json({ message: 'Webhook call received' });
	});

	return {
		url,
		staticData: workflow.getStaticData('node', node),
		starts,
		hook: (method) =>
			trigger.webhookMethods.default[method].call(
				new HookContext(workflow, node, additionalData, 'trigger', 'activate'),
			),
		close: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
