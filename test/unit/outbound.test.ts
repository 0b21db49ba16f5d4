import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { createOutbound, OutboundRefusedError, readLimited, type Fetch } from '../../backend/src/net/outbound';

const cleanups: (() => Promise<unknown>)[] = [];

afterEach(async () => {
	for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function outbound(options: Partial<Parameters<typeof createOutbound>[0]> = {}) {
	const made = createOutbound({ allowedCidrs: [], ...options });
	cleanups.push(() => made.close());
	return made;
}

async function serve(listener: RequestListener): Promise<{ port: number; server: Server }> {
	const server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	cleanups.push(() => new Promise((resolve) => server.close(resolve)));
	return { port: portOf(server.address()), server };
}

function portOf(address: AddressInfo | string | null): number {
	if (address === null || typeof address === 'string') throw new Error('not a TCP server');
	return address.port;
}

const refused = { name: 'OutboundRefusedError', code: 'outbound_address_refused' };

const FORBIDDEN = [
	'127.0.0.1',
	'127.255.255.254',
	'0.0.0.0',
	'0.1.2.3',
	'10.0.0.1',
	'172.16.0.1',
	'172.31.255.255',
	'192.168.1.1',
	'169.254.169.254',
	'168.63.129.16',
	'100.64.0.1',
	'100.100.100.200',
	'192.0.0.192',
	'192.0.2.1',
	'192.88.99.1',
	'198.18.0.1',
	'198.51.100.7',
	'203.0.113.9',
	'224.0.0.1',
	'239.255.255.250',
	'240.0.0.1',
	'255.255.255.255',
	'::',
	'::1',
	'::127.0.0.1',
	'::8.8.8.8',
	'::ffff:127.0.0.1',
	'::ffff:8.8.8.8',
	'::ffff:0:8.8.8.8',
	'64:ff9b::7f00:1',
	'64:ff9b::808:808',
	'64:ff9b:1::a00:1',
	'2002:7f00:1::',
	'2002:808:808::1',
	'2001:0:53aa:64c::1',
	'2001:db8::1',
	'3fff::1',
	'100::1',
	'fc00::1',
	'fd00:ec2::254',
	'fe80::1',
	'fe80::1%eth0',
	'2606:4700::1111%lo',
	'fec0::1',
	'ff02::1',
	'4000::1',
	'not an address',
	'',
];

const PERMITTED = ['8.8.8.8', '1.1.1.1', '100.63.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::200e'];

describe('the address check', () => {
	it.each(FORBIDDEN)('refuses %s', (ip) => {
		expect(outbound().checkAddress(ip)).toBe(false);
	});

	it.each(PERMITTED)('permits %s', (ip) => {
		expect(outbound().checkAddress(ip)).toBe(true);
	});

	it('permits what the allowed ranges hold, and nothing beside it', () => {
		const { checkAddress } = outbound({ allowedCidrs: ['10.1.0.0/16', 'fd00::/8'] });
		expect(['10.1.2.3', '10.2.0.1', 'fd12::1', 'fe80::1', '::ffff:10.1.2.3'].map(checkAddress)).toEqual([
			true,
			false,
			true,
			false,
			false,
		]);
	});

	it('refuses every IPv4 address within an IPv6 one, whatever it is', () => {
		const { checkAddress } = outbound();
		const prefixes = ['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'];
		fc.assert(
			fc.property(fc.constantFrom(...prefixes), fc.ipV4(), (prefix, ip) => !checkAddress(`${prefix}${ip}`)),
		);
	});

	it('says which range is not a CIDR', () => {
		expect(() => createOutbound({ allowedCidrs: ['10.0.0.0/99'] })).toThrow();
	});
});

describe('fetch', () => {
	it.each([
		'http://127.0.0.1/',
		'http://2130706433/',
		'http://0x7f000001/',
		'http://0x7f.1/',
		'http://0177.0.0.1/',
		'http://127.1/',
		'http://0/',
		'http://①②⑦.0.0.1/',
		'http://127.0.0.1./',
		'http://[::1]/',
		'http://[::ffff:127.0.0.1]/',
		'http://[::ffff:7f00:1]/',
		'http://[0:0:0:0:0:ffff:127.0.0.1]/',
		'http://[64:ff9b::127.0.0.1]/',
		'http://169.254.169.254/latest/meta-data/',
		'https://10.0.0.1/',
	])('refuses %s', async (url) => {
		await expect(outbound().fetch(url)).rejects.toMatchObject(refused);
	});

	it.each([
		'http://[fe80::1%25eth0]/',
		'http://[fe80::1%eth0]/',
		'ftp://example.com/',
		'file:///etc/passwd',
		'data:text/plain,hello',
		'http://user:password@example.com/',
		'nonsense',
	])('takes %s for no http URL', async (url) => {
		await expect(outbound().fetch(url)).rejects.toMatchObject({ code: 'outbound_url_invalid' });
	});

	it('refuses a name that leads to a forbidden address, and names the host but no address', async () => {
		const { fetch } = outbound({ lookup: () => Promise.resolve([{ address: '10.20.30.40' }]) });
		const error: unknown = await fetch('http://internal.example.com/').catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(OutboundRefusedError);
		expect(error).toMatchObject({ ...refused, host: 'internal.example.com' });
		expect(String(error)).not.toContain('10.20.30.40');
	});

	it('connects to the permitted address alone where a name has several', async () => {
		const { port } = await serve((_request, response) => response.end('permitted'));
		const { fetch } = outbound({
			allowedCidrs: ['127.0.0.1/32'],
			lookup: () => Promise.resolve([{ address: '::1' }, { address: '127.0.0.2' }, { address: '127.0.0.1' }]),
		});
		const response = await fetch(`http://several.example.com:${port}/`);
		expect((await readLimited(response, 100)).toString()).toBe('permitted');
	});

	it('checks the address anew at every connection', async () => {
		const { port } = await serve((_request, response) => {
			response.setHeader('connection', 'close');
			response.end();
		});
		const answers = ['127.0.0.1', '127.0.0.2'];
		const { fetch } = outbound({
			allowedCidrs: ['127.0.0.1/32'],
			lookup: () => Promise.resolve([{ address: answers.shift() ?? '' }]),
		});
		const url = `http://rebinding.example.com:${port}/`;
		await readLimited(await fetch(url), 0);
		await expect(fetch(url)).rejects.toMatchObject(refused);
	});

	it('reports a redirect and does not follow it', async () => {
		const seen: string[] = [];
		const { port } = await serve((request, response) => {
			seen.push(request.url ?? '');
			response.writeHead(302, { location: '/elsewhere' }).end();
		});
		const response = await outbound({ allowedCidrs: ['127.0.0.0/8'] }).fetch(`http://127.0.0.1:${port}/start`);
		expect([response.status, response.headers.get('location'), seen]).toEqual([302, '/elsewhere', ['/start']]);
	});

	it('sends method, headers and body', async () => {
		const { port } = await serve((request, response) => {
			request.pipe(response.setHeader('echo', `${request.method ?? ''} ${String(request.headers['x-one'])}`));
		});
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const init = { method: 'POST', headers: { 'x-one': '1' }, body: 'hello' };
		const response = await fetch(`http://127.0.0.1:${port}/`, init);
		expect(response.headers.get('echo')).toBe('POST 1');
		expect((await readLimited(response, 5)).toString()).toBe('hello');
	});

	it('uses its connections again', async () => {
		const { port, server } = await serve((_request, response) => response.end('x'));
		let connections = 0;
		server.on('connection', () => connections++);
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		for (let i = 0; i < 10; i++) await readLimited(await fetch(`http://127.0.0.1:${port}/`), 10);
		expect(connections).toBeLessThan(3);
	});

	it('says that a host is unreachable', async () => {
		const { port, server } = await serve(() => undefined);
		await new Promise((resolve) => server.close(resolve));
		cleanups.pop();
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
			code: 'outbound_unreachable',
			message: '127.0.0.1 could not be reached: it refused the connection.',
		});
	});

	it('says that a host broke off', async () => {
		const server = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		cleanups.push(() => new Promise((resolve) => server.close(resolve)));
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch(`http://127.0.0.1:${portOf(server.address())}/`)).rejects.toMatchObject({
			code: 'outbound_connection_lost',
		});
	});

	it('says so of a port that fetch does not go to', async () => {
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch('http://127.0.0.1:6000/')).rejects.toMatchObject({ code: 'outbound_unreachable' });
	});

	it("rejects with the signal's reason when aborted", async () => {
		const { port } = await serve(() => undefined);
		const abort = new AbortController();
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const answer = fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
		const reason = new Error('enough');
		abort.abort(reason);
		await expect(answer).rejects.toBe(reason);
	});

	it("rejects with the signal's reason when aborted within the body", async () => {
		const { port } = await serve((_request, response) => response.write('some'));
		const abort = new AbortController();
		const { fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
		const body = readLimited(response, 100);
		const reason = new Error('enough');
		abort.abort(reason);
		await expect(body).rejects.toBe(reason);
	});

	it('can be served by a handler in the same process', async () => {
		const handler = (request: Request) => Promise.resolve(new Response(new URL(request.url).pathname));
		const fetch: Fetch = (url, init) => handler(new Request(url, init));
		const response = await fetch('http://sandbox.example.com/here', { method: 'POST', body: '{}' });
		expect((await readLimited(response, 100)).toString()).toBe('/here');
	});
});

describe('readLimited', () => {
	it('refuses a body that is larger, counted after decompression', async () => {
		const { port } = await serve((_request, response) => {
			response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(1_000_000)));
		});
		const response = await outbound({ allowedCidrs: ['127.0.0.0/8'] }).fetch(`http://127.0.0.1:${port}/`);
		await expect(readLimited(response, 999_999)).rejects.toMatchObject({ code: 'outbound_too_large' });
	});

	it('says that a body is not compressed as its header says', async () => {
		const { port } = await serve((_request, response) => {
			response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip');
		});
		const response = await outbound({ allowedCidrs: ['127.0.0.0/8'] }).fetch(`http://127.0.0.1:${port}/`);
		await expect(readLimited(response, 100)).rejects.toMatchObject({ code: 'outbound_connection_lost' });
	});

	it('says that the connection broke off within the body', async () => {
		const { port } = await serve((_request, response) => {
			response.writeHead(200, { 'content-length': '100' }).write('half', () => response.destroy());
		});
		const response = await outbound({ allowedCidrs: ['127.0.0.0/8'] }).fetch(`http://127.0.0.1:${port}/`);
		await expect(readLimited(response, 100)).rejects.toMatchObject({ code: 'outbound_connection_lost' });
	});
});

describe('resolve', () => {
	it('gives the first permitted address of a name', async () => {
		const { resolve } = outbound({
			lookup: () => Promise.resolve([{ address: '127.0.0.1' }, { address: '2606:4700::1111' }]),
		});
		expect(await resolve('git.example.com')).toEqual({ address: '2606:4700::1111', family: 6 });
	});

	it.each(['127.0.0.1', '[::1]', '::1', 'localhost', '2130706433', '0x7f.1'])('refuses %s', async (host) => {
		await expect(outbound().resolve(host)).rejects.toMatchObject({ code: 'outbound_address_refused' });
	});

	it('says that a name was not found', async () => {
		const { resolve } = outbound({
			lookup: () => Promise.reject(Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })),
		});
		await expect(resolve('missing.example.com')).rejects.toMatchObject({
			code: 'outbound_unreachable',
			message: 'missing.example.com could not be reached: its name was not found.',
		});
	});
});
