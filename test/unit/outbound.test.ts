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

/** The two groups of an IPv6 address that hold an IPv4 one. */
function groupsOf(ip: string): [string, string] {
	const [a = 0, b = 0, c = 0, d = 0] = ip.split('.').map(Number);
	return [(a * 256 + b).toString(16), (c * 256 + d).toString(16)];
}

/** A number as the URL standard reads it in an IPv4 address: decimal, octal or hexadecimal. */
const notation = (value: number) =>
	fc
		.tuple(fc.constantFrom(10, 8, 16), fc.integer({ min: 0, max: 3 }))
		.map(([base, zeros]) =>
			base === 10
				? String(value)
				: `${base === 8 ? '0' : '0x'}${'0'.repeat(zeros)}${value.toString(base).toUpperCase()}`,
		);

/** Other characters that names of hosts may be written in and that mean the same (UTS #46), or their percent form. */
const DISGUISES: readonly ((text: string) => string)[] = [
	(text) => text,
	(text) => text.replaceAll('.', '\u3002'),
	(text) => text.replaceAll('.', '\uff61'),
	(text) => text.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
	(text) => text.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x1d7ce + Number(digit))),
	(text) => text.replace(/[0-9A-F.]/g, (character) => `%${character.charCodeAt(0).toString(16)}`),
];

/** Every way to write an IPv4 address as a URL's host: one to four parts, in three bases, in disguise, with a dot behind. */
const writingOf = (ip: string) =>
	fc.integer({ min: 1, max: 4 }).chain((parts) => {
		const bytes = ip.split('.').map(Number);
		const last = bytes.slice(parts - 1).reduce((sum, byte) => sum * 256 + byte, 0);
		return fc
			.tuple(
				fc.tuple(...[...bytes.slice(0, parts - 1), last].map(notation)),
				fc.constantFrom('', '.'),
				fc.constantFrom(...DISGUISES),
			)
			.map(([numbers, end, disguise]) => disguise(numbers.join('.') + end));
	});

/** An IPv6 address with the IPv4 one in it, short or at full length, in either case. */
const embeddingOf = (ip: string) => {
	const [high, low] = groupsOf(ip);
	const full = (...groups: string[]) => groups.map((group) => group.padStart(4, '0').toUpperCase()).join(':');
	return fc.constantFrom(
		...['::', '::ffff:', '::ffff:0:', '64:ff9b::', '64:ff9b:1::'].flatMap((prefix) => [
			prefix + ip,
			`${prefix}${high}:${low}`,
		]),
		full('0', '0', '0', '0', '0', 'ffff', high, low),
		full('64', 'ff9b', '0', '0', '0', '0', high, low),
		full('2002', high, low, '0', '0', '0', '0', '1'),
	);
};

const privateIp = fc.tuple(fc.constantFrom(10, 127, 169.254, 172.16, 192.168), fc.ipV4()).map(([range, ip]) => {
	const head = String(range).split('.');
	return [...head, ...ip.split('.').slice(head.length)].join('.');
});

const anyWriting = privateIp.chain((ip) =>
	fc.oneof(
		writingOf(ip),
		embeddingOf(ip).map((address) => `[${address}]`),
	),
);

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

	it('refuses IPv4 addresses that tunnels carry, 6to4 as well as Teredo', () => {
		const { checkAddress } = outbound();
		fc.assert(
			fc.property(fc.ipV4(), (ip) => {
				const [high, low] = groupsOf(ip);
				expect([`2002:${high}:${low}::1`, `2001:0:${high}:${low}::1`].filter(checkAddress)).toEqual([]);
			}),
		);
	});

	it('says which range is not a CIDR', () => {
		expect(() => createOutbound({ allowedCidrs: ['10.0.0.0/99'] })).toThrow();
	});
});

describe.each(['fetch', 'plainFetch'] as const)('%s', (way) => {
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
		await expect(outbound()[way](url)).rejects.toMatchObject(refused);
	});

	it('refuses private addresses in every notation', async () => {
		const { [way]: fetch } = outbound({
			lookup: (name) => Promise.reject(new Error(`${name} is taken for a name`)),
		});
		await fc.assert(
			fc.asyncProperty(anyWriting, async (host) => {
				await expect(fetch(`http://${host}/`)).rejects.toMatchObject(refused);
			}),
			{ numRuns: 300 },
		);
	});

	it.each([
		['http://127.0.0.1\\@example.com/', '127.0.0.1'],
		['http://127.0.0.1#@example.com/', '127.0.0.1'],
		['http://127.0.0.1?@example.com/', '127.0.0.1'],
		['http:\\\\127.0.0.1\\.example.com', '127.0.0.1'],
		['http:127.0.0.1', '127.0.0.1'],
	])('sees through %s', async (url, host) => {
		await expect(outbound()[way](url)).rejects.toMatchObject({ ...refused, host });
	});

	it.each([
		'http://[fe80::1%25eth0]/',
		'http://[fe80::1%25lo]:8069/',
		'http://example.com@127.0.0.1/',
		'http://127.0.0.1:80@example.com/',
		'http://@127.0.0.1:x@example.com/',
		'http://[fe80::1%eth0]/',
		'ftp://example.com/',
		'file:///etc/passwd',
		'data:text/plain,hello',
		'http://user:password@example.com/',
		'nonsense',
	])('takes %s for no http URL', async (url) => {
		await expect(outbound()[way](url)).rejects.toMatchObject({ code: 'outbound_url_invalid' });
	});

	it('refuses a name that leads to a forbidden address, and names the host but no address', async () => {
		const { [way]: fetch } = outbound({ lookup: () => Promise.resolve([{ address: '10.20.30.40' }]) });
		const error: unknown = await fetch('http://internal.example.com/').catch((reason: unknown) => reason);
		expect(error).toBeInstanceOf(OutboundRefusedError);
		expect(error).toMatchObject({ ...refused, host: 'internal.example.com' });
		expect(String(error)).not.toContain('10.20.30.40');
	});

	it('connects to the permitted address alone where a name has several', async () => {
		const { port } = await serve((_request, response) => response.end('permitted'));
		const { [way]: fetch } = outbound({
			allowedCidrs: ['127.0.0.1/32'],
			lookup: () => Promise.resolve([{ address: '::1' }, { address: '127.0.0.2' }, { address: '127.0.0.1' }]),
		});
		const response = await fetch(`http://several.example.com:${port}/`);
		expect(Buffer.concat(await readLimited(response, 100)).toString()).toBe('permitted');
	});

	it('checks the address anew at every connection', async () => {
		const { port } = await serve((_request, response) => {
			response.setHeader('connection', 'close');
			response.end();
		});
		const answers = ['127.0.0.1', '127.0.0.2'];
		const { [way]: fetch } = outbound({
			allowedCidrs: ['127.0.0.1/32'],
			lookup: () => Promise.resolve([{ address: answers.shift() ?? '' }]),
		});
		const url = `http://rebinding.example.com:${port}/`;
		await readLimited(await fetch(url), 0);
		await expect(fetch(url)).rejects.toMatchObject(refused);
	});

	it('connects to permitted addresses alone, whatever a name answers from one time to the next', async () => {
		const reached: (string | undefined)[] = [];
		const server = createServer((request, response) => {
			reached.push(request.socket.localAddress);
			response.writeHead(200, { connection: 'close' }).end();
		});
		await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
		cleanups.push(() => new Promise((resolve) => server.close(resolve)));
		const url = `http://rebinding.example.com:${portOf(server.address())}/`;
		const addresses = fc.constantFrom(
			'127.0.0.1',
			'127.0.0.2',
			'10.0.0.1',
			'169.254.169.254',
			'::1',
			'fe80::1%lo',
			'',
		);
		await fc.assert(
			fc.asyncProperty(fc.array(fc.array(addresses, { maxLength: 4 }), { maxLength: 4 }), async (answers) => {
				const coming = [...answers];
				const { fetch, close } = createOutbound({
					allowedCidrs: ['127.0.0.1/32'],
					lookup: () => Promise.resolve((coming.shift() ?? []).map((address) => ({ address }))),
				});
				const outcomes: unknown[] = [];
				while (outcomes.length < answers.length) {
					outcomes.push(
						await fetch(url).then(
							() => 'reached',
							(error: unknown) => (error instanceof OutboundRefusedError ? 'refused' : error),
						),
					);
				}
				await close();
				expect(outcomes).toEqual(answers.map((found) => (found.includes('127.0.0.1') ? 'reached' : 'refused')));
			}),
			{ numRuns: 60 },
		);
		expect(new Set(reached)).toEqual(new Set(['127.0.0.1']));
	});

	it('reports a redirect and does not follow it', async () => {
		const seen: string[] = [];
		const { port } = await serve((request, response) => {
			seen.push(request.url ?? '');
			response.writeHead(302, { location: '/elsewhere' }).end();
		});
		const response = await outbound({ allowedCidrs: ['127.0.0.0/8'] })[way](`http://127.0.0.1:${port}/start`);
		expect([response.status, response.headers.get('location'), seen]).toEqual([302, '/elsewhere', ['/start']]);
	});

	it('sends method, headers and body', async () => {
		const { port } = await serve((request, response) => {
			request.pipe(response.setHeader('echo', `${request.method ?? ''} ${String(request.headers['x-one'])}`));
		});
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const init = { method: 'POST', headers: { 'x-one': '1' }, body: 'hello' };
		const response = await fetch(`http://127.0.0.1:${port}/`, init);
		expect(response.headers.get('echo')).toBe('POST 1');
		expect(Buffer.concat(await readLimited(response, 5)).toString()).toBe('hello');
	});

	it('uses its connections again', async () => {
		const { port, server } = await serve((_request, response) => response.end('x'));
		let connections = 0;
		server.on('connection', () => connections++);
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		for (let i = 0; i < 10; i++) await readLimited(await fetch(`http://127.0.0.1:${port}/`), 10);
		expect(connections).toBeLessThan(3);
	});

	it('says that a host is unreachable', async () => {
		const { port, server } = await serve(() => undefined);
		await new Promise((resolve) => server.close(resolve));
		cleanups.pop();
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
			code: 'outbound_unreachable',
			message: '127.0.0.1 could not be reached: it refused the connection.',
		});
	});

	it('says that a host broke off', async () => {
		const server = createTcpServer((socket) => socket.once('data', () => socket.destroy()));
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		cleanups.push(() => new Promise((resolve) => server.close(resolve)));
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch(`http://127.0.0.1:${portOf(server.address())}/`)).rejects.toMatchObject({
			code: 'outbound_connection_lost',
		});
	});

	it('says so of a port that fetch does not go to', async () => {
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		await expect(fetch('http://127.0.0.1:6000/')).rejects.toMatchObject({ code: 'outbound_unreachable' });
	});

	it("rejects with the signal's reason when aborted", async () => {
		const { port } = await serve(() => undefined);
		const abort = new AbortController();
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const answer = fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
		const reason = new Error('enough');
		abort.abort(reason);
		await expect(answer).rejects.toBe(reason);
	});

	it("rejects with the signal's reason when aborted within the body", async () => {
		const { port } = await serve((_request, response) => response.write('some'));
		const abort = new AbortController();
		const { [way]: fetch } = outbound({ allowedCidrs: ['127.0.0.0/8'] });
		const response = await fetch(`http://127.0.0.1:${port}/`, { signal: abort.signal });
		const body = readLimited(response, 100);
		const reason = new Error('enough');
		abort.abort(reason);
		await expect(body).rejects.toBe(reason);
	});
});

describe('a request', () => {
	it('can be served by a handler in the same process', async () => {
		const handler = (request: Request) => Promise.resolve(new Response(new URL(request.url).pathname));
		const fetch: Fetch = (url, init) => handler(new Request(url, init));
		const response = await fetch('http://sandbox.example.com/here', { method: 'POST', body: '{}' });
		expect(Buffer.concat(await readLimited(response, 100)).toString()).toBe('/here');
	});
});

describe('what a URL shows before anything connects', () => {
	const mayReach = (url: string, allowedCidrs: string[] = []) => outbound({ allowedCidrs }).mayReach(new URL(url));

	it('is that private addresses are out of reach, in every notation', () => {
		fc.assert(fc.property(anyWriting, (host) => !mayReach(`https://${host}/hook`)));
	});

	it('is that public ones are not', () => {
		fc.assert(
			fc.property(fc.constantFrom('8.8.8.8', '172.32.0.1').chain(writingOf), (host) =>
				mayReach(`http://${host}/`),
			),
		);
	});

	it.each(['http://localhost:5678/', 'http://LOCALHOST./', 'http://n8n.localhost/'])('is where %s leads', (url) => {
		expect([mayReach(url), mayReach(url, ['127.0.0.0/8']), mayReach(url, ['::1/128'])]).toEqual([
			false,
			true,
			true,
		]);
	});

	it.each([
		'http://example.com/',
		'http://notlocalhost/',
		'http://localhost.example.com/',
		'http://[2606:4700::1111]/',
	])('does not speak against %s', (url) => {
		expect(mayReach(url)).toBe(true);
	});

	it('is that an open range is within reach', () => {
		expect([mayReach('http://10.1.2.3/', ['10.0.0.0/8']), mayReach('http://[::1]/', ['10.0.0.0/8'])]).toEqual([
			true,
			false,
		]);
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
