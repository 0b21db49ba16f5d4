import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

/** Where an operation that gives a file puts it. */
export const outputFileField = (displayOptions: IDisplayOptions): INodeProperties => ({
	displayName: 'Put Output File in Field',
	name: 'binaryField',
	type: 'string',
	required: true,
	displayOptions,
	default: 'data',
	placeholder: 'e.g. data',
	hint: 'The name of the output field to put the file in',
	description: 'The name of the binary field of the item that goes out',
});
