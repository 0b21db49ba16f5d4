import { beforeEach, describe, expect, it } from '@jest/globals';
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { actAsGateway, type FakeGateway } from '../support/fake-gateway';
import type { FakePlatform } from '../support/fake-platform';
import { fakePlatformForTests } from '../support/fake-platform-tests';
import { runNode } from '../support/n8n-engine';

let platform: FakePlatform;
let gateway: FakeGateway;

fakePlatformForTests((started) => (platform = started));

const run = (parameters: INodeParameters, input: INodeExecutionData[] = [{ json: {} }]) =>
	runNode('odooGateway', parameters, { credentials: platform.credentials, input });
const byId = (value: string | number) => ({ __rl: true, mode: 'id', value });
const text = Buffer.from('The quick brown fox\n');

describe('Odoo Gateway: Ask Assistant', () => {
	const ask = { resource: 'assistant', operation: 'ask', message: 'Confirmed sales orders today' };
	const answer = { answer: '2 sales orders', records: [{ id: 1 }, { id: 2 }], queries: [], planner: 'rules' };
	beforeEach(() => {
		gateway = actAsGateway(platform, () => answer);
	});

	it('sends the message, and puts out the answer with its records and queries', async () => {
		const { json } = await run(ask);
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toEqual({ action: 'chat', message: ask.message });
		expect(json).toEqual([answer]);
	});

	it('allows writes when it is told to', async () => {
		await run({ ...ask, allowWrites: true });
		expect(gateway.actions).toMatchObject([{ action: 'chat', allow_writes: true }]);
	});

	it('confirms a plan by its token', async () => {
		await run({ resource: 'assistant', operation: 'confirm', token: 'token' });
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toEqual({ action: 'chat', confirm: 'token' });
	});

	it('asks for each item by itself, in order', async () => {
		await run({ ...ask, message: '={{ $json.question }}' }, [
			{ json: { question: 'A' } },
			{ json: { question: 'B' } },
		]);
		expect(gateway.requests).toEqual([1, 1]);
		expect(gateway.actions.map(({ message }) => message)).toEqual(['A', 'B']);
	});

	it('names the message when it is empty', async () => {
		const { error } = await run({ ...ask, message: '={{ $json.question }}' });
		expect(error?.message).toBe('The parameter "Message" is empty [Item 0]');
	});
});

describe('Odoo Gateway: Get Connection Config', () => {
	it('puts out the configuration of the environment that the options name', async () => {
		gateway = actAsGateway(platform, () => ({ name: 'production', version: '19.0' }));
		const environmentId = 'env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B';
		const { json } = await run({ resource: 'connection', operation: 'getConfig', options: { environmentId } });
		expect(JSON.parse(platform.received[0]?.rawBody ?? '')).toEqual({
			action: 'get_config',
			environment_id: environmentId,
		});
		expect(json).toEqual([{ name: 'production', version: '19.0' }]);
	});
});

describe('Odoo Gateway: Upload Attachment', () => {
	const upload = { resource: 'attachment', operation: 'upload', model: byId('res.partner'), record: byId(7) };
	const file = { data: text.toString('base64'), mimeType: 'text/plain', fileName: 'fox.txt' };
	beforeEach(() => {
		gateway = actAsGateway(platform, () => 31);
	});

	it('creates an attachment of the record with the bytes of the file', async () => {
		const { json } = await run(upload, [{ json: {}, binary: { data: file } }]);
		const values = {
			name: 'fox.txt',
			datas: text.toString('base64'),
			mimetype: 'text/plain',
			res_model: 'res.partner',
			res_id: 7,
		};
		expect(gateway.actions).toMatchObject([{ model: 'ir.attachment', method: 'create', args: [values] }]);
		expect(json).toMatchObject([{ id: 31, name: 'fox.txt', file_size: text.length }]);
	});

	it('names the file as the options want', async () => {
		const parameters = { ...upload, options: { fileName: 'other.txt' } };
		await run(parameters, [{ json: {}, binary: { data: file } }]);
		expect(gateway.actions[0]?.args).toMatchObject([{ name: 'other.txt' }]);
	});

	it('says when the item has no such file', async () => {
		const { error } = await run(upload);
		expect(error?.message).toMatch(/'data'.*\[item 0\]/);
		expect(gateway.actions).toEqual([]);
	});
});

describe('Odoo Gateway: Download Attachment', () => {
	const download = { resource: 'attachment', operation: 'download', record: byId(31) };
	const attachment = { id: 31, name: 'fox.txt', mimetype: 'text/plain', res_model: 'res.partner', res_id: 7 };

	it('puts out the file with its name and type', async () => {
		gateway = actAsGateway(platform, () => [{ ...attachment, datas: text.toString('base64') }]);
		const { items } = await run({ ...download, binaryField: 'file' });
		const [item] = items;
		expect(item?.json).toEqual({ ...attachment, file_size: text.length });
		expect(item?.binary?.file).toMatchObject({ mimeType: 'text/plain', fileName: 'fox.txt' });
		expect(Buffer.from(item?.binary?.file?.data ?? '', 'base64')).toEqual(text);
	});

	it.each([
		['There is no attachment 31 [Item 0]', []],
		['The attachment 31 has no file [Item 0]', [{ ...attachment, datas: false }]],
	])('says: %s', async (message, found) => {
		gateway = actAsGateway(platform, () => found);
		const { error } = await run(download);
		expect(error?.message).toBe(message);
	});

	it('names "Attachment" when it is no ID', async () => {
		const { error } = await run({ ...download, record: byId('={{ "x" }}') });
		expect(error?.message).toBe('The parameter "Attachment" is not an ID [Item 0]');
	});
});
