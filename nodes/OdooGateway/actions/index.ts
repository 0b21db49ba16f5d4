import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';
import { assistantAsk } from './assistant/ask';
import { assistantConfirm } from './assistant/confirm';
import { attachmentDownload } from './attachment/download';
import { attachmentUpload } from './attachment/upload';
import { connectionGetConfig } from './connection/getConfig';
import { connectionTest } from './connection/check';
import { methodExecute } from './method/execute';
import type { Operation } from './operation';
import { recordCreate } from './record/create';
import { recordDelete } from './record/delete';
import { recordGet } from './record/get';
import { recordGetAll } from './record/getAll';
import { recordUpdate } from './record/update';
import { recordUpsert } from './record/upsert';

interface Resource {
	name: string;
	value: string;
	/** By name, as n8n shows them. */
	operations: Operation[];
	/** The one that is chosen at first. */
	initial: INodePropertyOptions['value'];
}

const RESOURCES: Resource[] = [
	{
		name: 'Assistant',
		value: 'assistant',
		operations: [assistantAsk, assistantConfirm],
		initial: assistantAsk.option.value,
	},
	{
		name: 'Attachment',
		value: 'attachment',
		operations: [attachmentDownload, attachmentUpload],
		initial: attachmentUpload.option.value,
	},
	{
		name: 'Connection',
		value: 'connection',
		operations: [connectionGetConfig, connectionTest],
		initial: connectionTest.option.value,
	},
	{ name: 'Method', value: 'method', operations: [methodExecute], initial: methodExecute.option.value },
	{
		name: 'Record',
		value: 'record',
		operations: [recordCreate, recordUpsert, recordDelete, recordGet, recordGetAll, recordUpdate],
		initial: recordGetAll.option.value,
	},
];

/** What the node asks its user. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: RESOURCES.map(({ name, value }) => ({ name, value })),
		default: 'record',
	},
	...RESOURCES.flatMap(({ value, operations, initial }): INodeProperties[] => [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options',
			noDataExpression: true,
			displayOptions: { show: { resource: [value] } },
			options: operations.map(({ option }) => option),
			default: initial,
		},
		...operations.flatMap((operation) => operation.properties),
	]),
];

/** The operation that the node is set to. */
export function operationOf(resource: string, operation: string): Operation | undefined {
	return RESOURCES.find(({ value }) => value === resource)?.operations.find(
		({ option }) => option.value === operation,
	);
}
