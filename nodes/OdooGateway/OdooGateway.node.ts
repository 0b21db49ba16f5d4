import {
	NodeConnectionTypes,
	type IDataObject,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { isDataObject } from '../shared/data';
import { asNodeError, bodyOf, refusal } from '../shared/failure';
import { send } from '../shared/transport';
import { listParameter, objectParameter, textParameter } from './parameters';
import { properties } from './properties';

/** Talks to the Odoo behind a gateway key: `POST /api/n8n/webhook` of the platform. */
export class OdooGateway implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Odoo Gateway',
		name: 'odooGateway',
		icon: { light: 'file:../../icons/odooGateway.svg', dark: 'file:../../icons/odooGateway.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.resource === "method" ? $parameter.model + "." + $parameter.method : "test" }}',
		description: 'Call any method of any Odoo through the platform',
		defaults: { name: 'Odoo Gateway' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'odooGatewayApi', required: true }],
		properties,
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const output: INodeExecutionData[] = [];
		for (const itemIndex of this.getInputData().keys()) {
			try {
				const records = await run(this, itemIndex);
				output.push(...records.map((json) => ({ json, pairedItem: { item: itemIndex } })));
			} catch (error) {
				const nodeError = asNodeError(this.getNode(), error, itemIndex);
				if (!this.continueOnFail()) throw nodeError;
				output.push({ json: { error: nodeError.message }, error: nodeError, pairedItem: { item: itemIndex } });
			}
		}
		return [output];
	}
}

/** What the gateway is asked for one item. */
function actionOf(context: IExecuteFunctions, itemIndex: number): IDataObject {
	if (context.getNodeParameter('resource', itemIndex) === 'connection') return { action: 'test_connection' };
	return {
		action: 'execute_method',
		model: textParameter(context, 'model', 'Model', itemIndex),
		method: textParameter(context, 'method', 'Method', itemIndex),
		args: listParameter(context, 'args', 'Arguments', itemIndex),
		kwargs: objectParameter(context, 'kwargs', 'Keyword Arguments', itemIndex),
	};
}

/** Carries out the operation for one item and returns what goes out of the node for it. */
async function run(context: IExecuteFunctions, itemIndex: number): Promise<IDataObject[]> {
	const body = actionOf(context, itemIndex);
	const reply = await send(context, 'odooGatewayApi', { method: 'POST', url: '/api/n8n/webhook', body });
	const { success, data } = bodyOf(context.getNode(), reply, itemIndex);
	if (success !== true) throw refusal(context.getNode(), reply, itemIndex);
	if (body.action === 'test_connection' && isDataObject(data)) return [data];
	return isRecords(data) ? data : [{ result: data }];
}

/** Whether a method answered with records, which become an item each. */
const isRecords = (data: unknown): data is IDataObject[] => Array.isArray(data) && data.every(isDataObject);
