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

/** Refuses to send a request without what it needs, e.g. where an expression gave nothing. */
export function requireValue(name: string, displayName: string): PreSendAction {
	return async function (this, request) {
		const value = this.getNodeParameter(name, '', { extractValue: true });
		if (typeof value === 'string' && value !== '') return Promise.resolve(request);
		const itemIndex = this.getItemIndex();
		throw new NodeOperationError(this.getNode(), withItem(`The parameter "${displayName}" is empty`, itemIndex), {
			itemIndex,
			description: `Fill it in, or check what the expression of "${displayName}" gives for this item.`,
		});
	};
}

/** The option by which the platform knows a repeated request. */
export const idempotencyKeyOption = (work: string): INodeProperties => ({
	displayName: 'Idempotency Key',
	name: 'idempotencyKey',
	type: 'string',
	default: '',
	placeholder: 'e.g. release-2026-11-21',
	description: `With the same key, the same ${work} is never started twice within 24 hours`,
	routing: { request: { headers: { 'Idempotency-Key': '={{ $value || undefined }}' } } },
});
