'use strict';

/**
 * Runs workflows in n8n's own engine (n8n-core's WorkflowExecute), in this process, without an n8n: with a package's
 * nodes and credentials, and a stand-in for the one node of n8n itself that the examples begin with.
 * Described in n8n-engine.d.ts.
 */

const { randomBytes } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { Logger } = require('@n8n/backend-common');
const { Container } = require('@n8n/di');
const {
	ErrorReporter,
	ExecutionLifecycleHooks,
	InstanceSettings,
	PackageDirectoryLoader,
	WorkflowExecute,
} = require('n8n-core');
const { SSHClientsManager } = require('n8n-core/dist/execution-engine/ssh-clients-manager');
const {
	ICredentialsHelper,
	NodeConnectionTypes,
	NodeHelpers,
	Workflow,
	createRunExecutionData,
} = require('n8n-workflow');

/** n8n tells its operators about failures in logs; whoever runs a workflow here is told in the result instead. */
const silent = () => {};
Container.set(Logger, {
	debug: silent,
	info: silent,
	warn: silent,
	error: silent,
	scoped: () => Container.get(Logger),
});
Container.set(ErrorReporter, { error: silent, warn: silent, info: silent });
/** The real one has a timer that would keep the process from ending; no node here opens a tunnel. */
Container.set(SSHClientsManager, {});
/** The real one keeps a file in the user's home; here nothing is written. */
Container.set(InstanceSettings, {
	instanceId: 'engine',
	n8nFolder: path.join(tmpdir(), 'n8n-engine'),
	hmacSignatureSecret: randomBytes(32).toString('hex'),
});

const manualTrigger = {
	description: {
		displayName: 'Manual Trigger',
		name: 'manualTrigger',
		group: ['trigger'],
		version: 1,
		description: 'Stands for the manual trigger of n8n itself',
		defaults: { name: 'Manual Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	},
	async execute() {
		return [this.getInputData()];
	},
};

function readWorkflow(file) {
	return JSON.parse(readFileSync(file, 'utf8'));
}

function packageOf(name, nodes, credentials) {
	return {
		nodes: new Map(nodes.map((node) => [`${name}.${node.description.name}`, node])),
		credentials: new Map(credentials.map((type) => [type.name, type])),
	};
}

async function loadPackage(directory) {
	const loader = new PackageDirectoryLoader(directory);
	await loader.loadAll();
	const types = (loaded) => Object.values(loaded).map(({ type }) => type);
	return packageOf(loader.packageName, types(loader.nodeTypes), types(loader.credentialTypes));
}

class GivenCredentials extends ICredentialsHelper {
	constructor(types, data) {
		super();
		this.types = types;
		this.data = data;
	}

	getParentTypes() {
		return [];
	}

	isCredentialUsableByNode() {
		return true;
	}

	async preAuthentication() {}

	async authenticate(credentials, type, request) {
		return await this.types.get(type).authenticate(credentials, request);
	}

	async getDecrypted(_additionalData, _nodeCredentials, type) {
		const defaults = this.types.get(type).properties.map((property) => [property.name, property.default]);
		return { ...Object.fromEntries(defaults), ...this.data[type] };
	}
}

/** The workflow with the given parameters and, as on picking them in the editor, the credentials there are. */
function prepare(workflow, { nodes }, { credentials = {}, parameters = {} }) {
	return workflow.nodes.map((node) => {
		const wanted = nodes.get(node.type)?.description.credentials ?? [];
		const given = wanted.filter(({ name }) => name in credentials);
		return {
			...node,
			parameters: { ...node.parameters, ...parameters[node.name] },
			credentials: Object.fromEntries(given.map(({ name }) => [name, { id: name, name }])),
		};
	});
}

function openWorkflow(json, pack, options = {}) {
	const nodeTypes = new Map([...pack.nodes, ['n8n-nodes-base.manualTrigger', manualTrigger]]);
	const workflow = new Workflow({
		id: json.id ?? 'workflow',
		name: json.name,
		nodes: prepare(json, pack, options),
		connections: json.connections,
		active: false,
		settings: json.settings,
		staticData: options.staticData,
		nodeTypes: {
			getByName: (type) => nodeTypes.get(type),
			getByNameAndVersion: (type, version) =>
				nodeTypes.has(type) ? NodeHelpers.getVersionedNodeType(nodeTypes.get(type), version) : undefined,
			getKnownTypes: () => ({}),
		},
	});
	const additionalData = {
		credentialsHelper: new GivenCredentials(pack.credentials, options.credentials ?? {}),
		executionId: 'execution',
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: 'http://127.0.0.1/rest',
		instanceBaseUrl: 'http://127.0.0.1',
		formWaitingBaseUrl: 'http://127.0.0.1/form-waiting',
		webhookBaseUrl: options.webhookBaseUrl ?? 'http://127.0.0.1/webhook',
		webhookTestBaseUrl: 'http://127.0.0.1/webhook-test',
		webhookWaitingBaseUrl: 'http://127.0.0.1/webhook-waiting',
	};
	return { workflow, additionalData };
}

async function runWorkflow(json, pack, options = {}) {
	const { workflow, additionalData } = openWorkflow(json, pack, options);
	const { onNodeStart = silent, onNodeFinish = silent } = options;
	const hooks = new ExecutionLifecycleHooks('manual', additionalData.executionId, json);
	hooks.addHandler('nodeExecuteBefore', (name) => onNodeStart(name));
	hooks.addHandler('nodeExecuteAfter', (name, task) =>
		onNodeFinish(name, { items: itemsOf(task), error: task.error, milliseconds: task.executionTime }),
	);
	const start = Object.values(workflow.nodes).find((node) => workflow.getParentNodes(node.name).length === 0);
	const runData = createRunExecutionData({
		startData: {},
		executionData: {
			nodeExecutionStack: [{ node: start, data: { main: [options.input ?? [{ json: {} }]] }, source: null }],
			runtimeData: { version: 1, establishedAt: Date.now(), source: 'manual' },
		},
	});
	const execution = new WorkflowExecute({ ...additionalData, hooks }, 'manual', runData);
	const run = await execution.processRunExecutionData(workflow);
	const { resultData } = run.data;
	return {
		status: run.status,
		error: resultData.error,
		items: Object.fromEntries(
			Object.entries(resultData.runData).map(([name, tasks]) => [name, tasks.flatMap(itemsOf)]),
		),
	};
}

const itemsOf = (task) => task.data?.main?.flatMap((output) => output ?? []) ?? [];

module.exports = { loadPackage, openWorkflow, packageOf, readWorkflow, runWorkflow };
