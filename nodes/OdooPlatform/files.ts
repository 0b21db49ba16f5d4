import {
	jsonParse,
	type IExecuteSingleFunctions,
	type IN8nHttpFullResponse,
	type INodeExecutionData,
} from 'n8n-workflow';
import { textAt } from '../shared/data';
import { bodyOf, failure } from '../shared/failure';

/** What the platform gives as a file. */
const FILE_TYPES = new Set(['application/x-tar', 'application/zip']);

type Content = Parameters<IExecuteSingleFunctions['helpers']['prepareBinaryData']>[0];

/** Whether a body came as a stream, as it was asked for. */
const isContent = (body: unknown): body is Content => typeof body === 'object' && body !== null && 'pipe' in body;

/** Turns a refusal into an error, and the file that comes into the item's, piece by piece to where n8n keeps files. */
export async function receiveFile(
	this: IExecuteSingleFunctions,
	_items: INodeExecutionData[],
	response: IN8nHttpFullResponse,
): Promise<INodeExecutionData[]> {
	const item = this.getItemIndex();
	const { body, headers } = response;
	const type = textAt(headers, 'content-type');
	if (!isContent(body) || response.statusCode >= 300 || !FILE_TYPES.has(type)) {
		const text = isContent(body) ? (await this.helpers.binaryToBuffer(body)).toString() : '';
		// What came in place of the file is no answer of the platform's, and as a text it is refused as such.
		const answer = response.statusCode < 300 ? text : jsonParse<unknown>(text, { fallbackValue: text });
		return [{ json: bodyOf(this.getNode(), { ...response, body: answer }, item), pairedItem: { item } }];
	}
	const [, name = 'backup'] = /filename="([^"]+)"/.exec(textAt(headers, 'content-disposition')) ?? [];
	const field = this.getNodeParameter('binaryField');
	try {
		const file = await this.helpers.prepareBinaryData(body, name, type);
		return [
			{
				json: { file_name: name, mime_type: type },
				binary: { [typeof field === 'string' ? field : 'data']: file },
				pairedItem: { item },
			},
		];
	} catch (error) {
		throw failure(this.getNode(), {
			message: `The download broke off: ${error instanceof Error ? error.message : String(error)}`,
			description: ['Try again.'],
			itemIndex: item,
		});
	}
}
