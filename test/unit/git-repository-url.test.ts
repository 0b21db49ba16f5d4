import { describe, expect, it } from '@jest/globals';
import { parseRepositoryUrl } from '../../backend/src/git/repository-url';

describe('a repository URL', () => {
	it.each([
		['https://git.example.com/acme/addons.git', { transport: 'https', host: 'git.example.com', port: 443 }],
		['https://git.example.com:8443/acme/addons', { transport: 'https', host: 'git.example.com', port: 8443 }],
		['https://[2001:db8::1]/addons.git', { transport: 'https', host: '[2001:db8::1]' }],
		['ssh://git@git.example.com/acme/addons.git', { transport: 'ssh', host: 'git.example.com' }],
		['ssh://git@git.example.com:2222/acme/addons.git', { transport: 'ssh', host: 'git.example.com' }],
		['git@git.example.com:acme/addons.git', { transport: 'ssh', host: 'git.example.com' }],
		['/srv/addons', { transport: 'path', path: '/srv/addons' }],
	])('%s is read', (url, expected) => {
		expect(parseRepositoryUrl(url)).toMatchObject(expected);
	});

	it('keeps credentials apart, so that they are in no command line', () => {
		expect(parseRepositoryUrl('https://ada:to%2Fken@git.example.com/addons.git')).toEqual({
			transport: 'https',
			host: 'git.example.com',
			port: 443,
			url: 'https://git.example.com/addons.git',
			credentials: 'ada:to/ken',
		});
	});

	it.each([
		'',
		'addons',
		'./addons',
		'file:///srv/addons',
		'http://git.example.com/addons.git',
		'git://git.example.com/addons.git',
		'ext::sh -c id',
		'fd::17',
		'-oProxyCommand=id',
		'--upload-pack=id',
		'ssh://-oProxyCommand=id/addons',
		'ssh://git:password@git.example.com/addons',
		'ssh://git@git.example.com/-x',
		'ssh://git@git.example.com/$(id) x',
		'git@-oProxyCommand=id:addons',
		'-git@git.example.com:addons',
		'git@git.example.com:-x',
		'git@git.example.com;id:addons',
		'https://',
		'https://git.example.com',
		'https://git.example.com./addons.git',
		'https://git.example.com/addons.git?x=1',
		'https://git.example.com/addons.git#main',
		'https://git.example.com/addons\n.git',
		`https://git.example.com/${'a'.repeat(2_000)}`,
	])('%j is refused', (url) => {
		expect(() => parseRepositoryUrl(url)).toThrow(
			expect.objectContaining({ name: 'GitError', code: 'repository_not_allowed' }),
		);
	});
});
