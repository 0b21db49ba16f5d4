import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	INodeType,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	Workflow,
} from 'n8n-workflow';

/** What a package brings: its nodes by full type (`package.name`), its credential types by name. */
export interface NodePackage {
	nodes: Map<string, INodeType>;
	credentials: Map<string, ICredentialType>;
}

/** What n8n's editor exports, as far as running it goes. */
export type WorkflowJson = Pick<IWorkflowBase, 'name' | 'connections' | 'settings'> & {
	id?: string;
	nodes: INode[];
};

/** A node's part in a run. */
export interface NodeRun {
	items: INodeExecutionData[];
	error?: Error;
	milliseconds: number;
}

export interface WorkflowOptions {
	/** Secrets by credential type; nodes get those of the types they ask for. */
	credentials?: Record<string, ICredentialDataDecryptedObject>;
	/** Parameters to set, by the node's name: what a user would fill in after importing the workflow. */
	parameters?: Record<string, INodeParameters>;
	staticData?: IDataObject;
	webhookBaseUrl?: string;
}

export interface RunOptions extends WorkflowOptions {
	/** The items the first node is given; by default one empty item, as from a click on Execute. */
	input?: INodeExecutionData[];
	onNodeStart?: (node: string) => void;
	onNodeFinish?: (node: string, run: NodeRun) => void;
}

/** How a run ended, and what every node that took part put out. */
export interface WorkflowResult {
	status: string;
	error?: Error & { description?: string | null; httpCode?: string | null; context?: IDataObject };
	items: Record<string, INodeExecutionData[]>;
}

/** A package put together from instances. */
export function packageOf(name: string, nodes: INodeType[], credentials: ICredentialType[]): NodePackage;

/** A built package, loaded by n8n's own loader from the directory of its package.json. */
export function loadPackage(directory: string): Promise<NodePackage>;

/** A workflow as exported from n8n's editor. */
export function readWorkflow(file: string): WorkflowJson;

/** A workflow as n8n holds it in memory, with what its nodes need around them. */
export function openWorkflow(
	json: WorkflowJson,
	pack: NodePackage,
	options?: WorkflowOptions,
): { workflow: Workflow; additionalData: IWorkflowExecuteAdditionalData };

/** Runs a workflow from its first node to its end in n8n's engine; a failing node is in the result, not thrown. */
export function runWorkflow(json: WorkflowJson, pack: NodePackage, options?: RunOptions): Promise<WorkflowResult>;
