import { NodeOperationError, type INodeProperties, type PreSendAction } from 'n8n-workflow';
import { withItem } from '../shared/failure';

/** Simplify, for resources with more than ten fields. */
export function simplifyField(resource: string, operations: string[]): INodeProperties {
	return {
		displayName: 'Simplify',
		name: 'simplify',
		type: 'boolean',
		displayOptions: { show: { resource: [resource], operation: operations } },
		default: true,
		description: 'Whether to return a simplified version of the response instead of the raw data',
	};
}

/** Refuses to send a request whose locator came out empty, e.g. from an expression. */
export function requireLocator(name: string, displayName: string): PreSendAction {
	return async function (this, request) {
		const value = this.getNodeParameter(name, '', { extractValue: true });
		if (typeof value === 'string' && value !== '') return Promise.resolve(request);
		const itemIndex = this.getItemIndex();
		throw new NodeOperationError(this.getNode(), withItem(`The parameter "${displayName}" is empty`, itemIndex), {
			itemIndex,
			description: `Choose one from the list, or check what the expression of "${displayName}" gives for this item.`,
		});
	};
}
