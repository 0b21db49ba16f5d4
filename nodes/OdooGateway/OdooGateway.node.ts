import {
	NodeConnectionTypes,
	NodeOperationError,
	type IExecuteFunctions,
	type INodeExecutionData,
	type INodeType,
	type INodeTypeDescription,
} from 'n8n-workflow';
import { asNodeError } from '../shared/failure';
import { odooListSearch, odooLoadOptions } from '../shared/odoo-lists';
import { operationOf, properties } from './actions';
import { Item } from './item';
import { resourceMapping } from './mapping';
import { Rounds } from './rounds';

/** Talks to the Odoo behind a gateway key: `POST /api/n8n/webhook` of the platform, and its record routes. */
export class OdooGateway implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Odoo Gateway',
		name: 'odooGateway',
		icon: { light: 'file:../../icons/odooGateway.svg', dark: 'file:../../icons/odooGateway.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter.operation + ": " + $parameter.resource }}',
		description: 'Read and write the records of any Odoo, call its methods, and ask it in plain words',
		defaults: { name: 'Odoo Gateway' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'odooGatewayApi', required: true }],
		properties,
	};

	methods = { listSearch: odooListSearch, loadOptions: odooLoadOptions, resourceMapping };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const [resource, name] = [this.getNodeParameter('resource', 0), this.getNodeParameter('operation', 0)];
		const operation = operationOf(resource, name);
		if (operation === undefined) {
			throw new NodeOperationError(this.getNode(), `There is no operation "${name}" of "${resource}"`, {
				description: 'Choose one from the lists "Resource" and "Operation".',
			});
		}
		const goOn = this.continueOnFail();
		const rounds = new Rounds(this, !goOn);
		const items = this.getInputData().map((_, index) => new Item(this, index, rounds, operation.inputs));
		const output = items.map((): INodeExecutionData[] => []);
		await rounds.run(items, async (item) => {
			const pairedItem = { item: item.index };
			try {
				const results = await operation.run(item);
				output[item.index] = results.map((result) => ({ ...result, pairedItem }));
			} catch (caught) {
				const error = asNodeError(this.getNode(), caught, item.index);
				if (!goOn) throw error;
				output[item.index] = [{ json: { error: error.message }, error, pairedItem }];
			}
		});
		return [output.flat()];
	}
}
