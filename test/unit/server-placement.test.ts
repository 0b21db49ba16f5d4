import { describe, expect, it } from '@jest/globals';
import { idSchema } from '../../backend/src/core/ids';
import { type Candidate, choose, urlOf } from '../../backend/src/features/servers/placement';

const GIB = 1024 ** 3;
const idOf = (digit: string) => idSchema('server').parse(`srv_01HXMZ3B9TK6R5T7V9X1Z3B5C${digit}`);

const candidate = (
	digit: string,
	server: Partial<Candidate['server']> = {},
	use: Partial<Candidate> = {},
): Candidate => ({
	environments: 0,
	promised_bytes: 0,
	...use,
	server: {
		_id: idOf(digit),
		name: `docker-${digit}`,
		labels: {},
		capacity: null,
		drain: false,
		status: 'ready',
		reason: null,
		memory_bytes: 8 * GIB,
		free_memory_bytes: 4 * GIB,
		...server,
	},
});

const nameOf = (choice: ReturnType<typeof choose<Candidate>>) =>
	'chosen' in choice ? choice.chosen.server.name : choice.why;

describe('an environment is placed', () => {
	it('where most memory is free', () => {
		const servers = [candidate('1'), candidate('2', { free_memory_bytes: 5 * GIB }), candidate('3')];
		expect(nameOf(choose(servers, {}))).toBe('docker-2');
	});

	it('not where what is free was promised to others already', () => {
		const servers = [candidate('1', { free_memory_bytes: 7 * GIB }, { promised_bytes: 6 * GIB }), candidate('2')];
		expect(nameOf(choose(servers, {}))).toBe('docker-2');
	});

	it('by all the memory of a server of which it is not known yet how much is free', () => {
		const servers = [candidate('1'), candidate('2', { free_memory_bytes: null })];
		expect(nameOf(choose(servers, {}))).toBe('docker-2');
	});

	it('on the server that is named, however much is free elsewhere', () => {
		const servers = [candidate('1', { free_memory_bytes: GIB }), candidate('2')];
		expect(nameOf(choose(servers, { server_id: idOf('1') }))).toBe('docker-1');
	});

	it('where all labels fit', () => {
		const servers = [
			candidate('1', { labels: { region: 'eu' } }),
			candidate('2', { labels: { region: 'eu', disk: 'fast' }, free_memory_bytes: GIB }),
		];
		expect(nameOf(choose(servers, { labels: { region: 'eu', disk: 'fast' } }))).toBe('docker-2');
	});
});

describe('none is placed, and each server says why,', () => {
	it.each<[string, Partial<Candidate['server']>, string]>([
		['that drains', { drain: true }, 'docker-1: it takes nothing new (drain)'],
		['that is degraded', { status: 'degraded', reason: 'disk' }, 'docker-1: it is degraded (disk)'],
		['that is full', { capacity: 2 }, 'docker-1: it has as many environments as it takes (2)'],
		['with other labels', { labels: { region: 'us' } }, 'docker-1: it lacks the label region=eu'],
	])('on one %s', (_, server, why) => {
		const servers = [candidate('1', { labels: { region: 'eu' }, ...server }, { environments: 2 })];
		expect(choose(servers, { labels: { region: 'eu' } })).toEqual({ why });
	});

	it('where there is no server', () => {
		expect(choose([], {})).toEqual({ why: 'the organization has no server' });
	});
});

describe('the URL of an environment', () => {
	const environment = { id: idSchema('environment').parse('env_01HXMZ0K3RJ8QM2P5T7V9X1Z3B'), name: 'staging' };
	const ingress = { host: '127.0.0.1', http_port: 8090, https_port: 443 };

	it.each([
		[ingress, null, 'http://staging-9x1z3b.localhost:8090'],
		[{ ...ingress, http_port: 80 }, null, 'http://staging-9x1z3b.localhost'],
		[ingress, 'apps.example.com', 'https://staging-9x1z3b.apps.example.com'],
		[{ ...ingress, https_port: 8493 }, 'apps.example.com', 'https://staging-9x1z3b.apps.example.com:8493'],
	])('behind %j below %s is %s', (at, base_domain, url) => {
		expect(urlOf({ ingress: at, base_domain }, environment)).toBe(url);
	});

	it('has no part that is longer than a domain name allows', () => {
		const url = new URL(urlOf({ ingress, base_domain: null }, { ...environment, name: 'a'.repeat(63) }));
		expect(url.hostname.split('.')[0]).toHaveLength(63);
	});
});
