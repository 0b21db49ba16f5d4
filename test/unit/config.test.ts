import { describe, expect, it } from '@jest/globals';
import { homedir } from 'node:os';
import path from 'node:path';
import { ConfigError, readConfig } from '../../backend/src/config';

describe('the configuration', () => {
	it('has a default for everything', () => {
		expect(readConfig({})).toEqual({
			host: '127.0.0.1',
			port: 4000,
			publicUrl: undefined,
			dataDir: path.resolve('.data'),
			mongodbUri: undefined,
			logLevel: 'info',
			outboundAllowedCidrs: [],
			trustedProxies: [],
			gitAllowedPaths: [],
			secretKey: undefined,
			previousSecretKeys: [],
			assistant: undefined,
			backups: { kind: 'directory', directory: path.resolve('.data/environment-backups') },
			dockerSockets: ['/var/run/docker.sock', path.join(homedir(), '.docker/run/docker.sock')],
			images: { odoo: 'odoo:{version}', postgres: 'postgres:17', caddy: 'caddy:2' },
			baseDomain: undefined,
			localIngress: { host: '127.0.0.1', http_port: 8090, https_port: 8493 },
			furtherSites: [],
		});
	});

	it.each([
		['none', []],
		['unix:///run/user/1000/docker.sock', ['/run/user/1000/docker.sock']],
		['tcp://docker.example.com:2376', []],
	])('looks for the Engine of its machine as DOCKER_HOST=%s says', (DOCKER_HOST, sockets) => {
		expect(readConfig({ DOCKER_HOST }).dockerSockets).toEqual(sockets);
	});

	it('takes a language model with all that it needs', () => {
		const openai = {
			ASSISTANT_PROVIDER: 'openai',
			ASSISTANT_MODEL: 'small',
			ASSISTANT_BASE_URL: 'http://localhost:8000/v1/',
		};
		expect(readConfig(openai).assistant).toEqual({
			provider: 'openai',
			model: 'small',
			baseUrl: 'http://localhost:8000/v1',
			apiKey: undefined,
		});
	});

	it.each([
		[{ ASSISTANT_PROVIDER: 'openai' }, /ASSISTANT_MODEL.*ASSISTANT_BASE_URL/s],
		[{ ASSISTANT_PROVIDER: 'anthropic', ASSISTANT_MODEL: 'small' }, /ASSISTANT_API_KEY/],
		[{ ASSISTANT_PROVIDER: 'other' }, /ASSISTANT_PROVIDER/],
		[{ ASSISTANT_MODEL: 'small' }, /ASSISTANT_PROVIDER/],
	])('refuses a part of a language model: %j', (environment, named) => {
		expect(() => readConfig(environment)).toThrow(named);
	});

	it('keeps backups in a directory of their own', () => {
		expect(readConfig({ BACKUP_DIR: '/srv/backups' }).backups).toEqual({
			kind: 'directory',
			directory: '/srv/backups',
		});
	});

	it('takes a bucket for backups with all that it needs', () => {
		const bucket = {
			BACKUP_S3_BUCKET: 'backups',
			BACKUP_S3_ENDPOINT: 'https://s3.example.com/',
			BACKUP_S3_PREFIX: 'odoo/platform',
			BACKUP_S3_ACCESS_KEY_ID: 'id',
			BACKUP_S3_SECRET_ACCESS_KEY: 'secret',
		};
		expect(readConfig(bucket).backups).toEqual({
			kind: 's3',
			bucket: 'backups',
			endpoint: 'https://s3.example.com',
			region: 'us-east-1',
			prefix: 'odoo/platform/',
			accessKeyId: 'id',
			secretAccessKey: 'secret',
		});
	});

	it.each([
		[{ BACKUP_S3_BUCKET: 'backups' }, /BACKUP_S3_REGION.*BACKUP_S3_ACCESS_KEY_ID.*BACKUP_S3_SECRET_ACCESS_KEY/s],
		[{ BACKUP_S3_ENDPOINT: 'https://s3.example.com' }, /BACKUP_S3_BUCKET/],
		[{ BACKUP_S3_BUCKET: 'backups', BACKUP_DIR: '/srv' }, /BACKUP_DIR/],
		[{ BACKUP_S3_PREFIX: '/odoo' }, /BACKUP_S3_PREFIX/],
	])('refuses a part of a bucket: %j', (environment, named) => {
		expect(() => readConfig(environment)).toThrow(ConfigError);
		expect(() => readConfig(environment)).toThrow(named);
	});

	it('takes an empty variable for one that is not set', () => {
		expect(readConfig({ PORT: '', MONGODB_URI: '' })).toEqual(readConfig({}));
	});

	it('drops the trailing slash of PUBLIC_URL', () => {
		expect(readConfig({ PUBLIC_URL: 'https://platform.example.com/' }).publicUrl).toBe(
			'https://platform.example.com',
		);
	});

	it('reads directories, and whose they are', () => {
		const list = ['/srv/git', 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D=/srv/acme'].join(path.delimiter);
		expect(readConfig({ GIT_ALLOWED_PATHS: list }).gitAllowedPaths).toEqual([
			{ directory: path.resolve('/srv/git'), organization_id: null },
			{ directory: path.resolve('/srv/acme'), organization_id: 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D' },
		]);
	});

	it('reads what the ingress of its machine serves besides environments', () => {
		const sites = 'platform.example.com=service:4000, n8n.example.com=n8n:5678';
		expect(readConfig({ INGRESS_SITES: sites }).furtherSites).toEqual([
			{ name: 'platform.example.com', upstream: 'service:4000' },
			{ name: 'n8n.example.com', upstream: 'n8n:5678' },
		]);
	});

	it('reads lists of ranges', () => {
		expect(readConfig({ OUTBOUND_ALLOWED_CIDRS: '10.0.0.0/8, fd00::/8' }).outboundAllowedCidrs).toEqual([
			'10.0.0.0/8',
			'fd00::/8',
		]);
	});

	it.each([
		['PORT', '70000'],
		['PORT', 'http'],
		['PUBLIC_URL', 'ftp://platform.example.com'],
		['MONGODB_URI', 'postgres://127.0.0.1'],
		['LOG_LEVEL', 'loud'],
		['OUTBOUND_ALLOWED_CIDRS', '10.0.0.0/64'],
		['OUTBOUND_ALLOWED_CIDRS', 'example.com/8'],
		['SECRET_KEY', 'short'],
		['GIT_ALLOWED_PATHS', 'org_acme=/srv/acme'],
		['GIT_ALLOWED_PATHS', 'org_01HXMW8QPK3R5T7V9X1Z3B5C7D='],
		['TRUSTED_PROXIES', 'proxy.example.com'],
		['TRUSTED_PROXIES', '0.0.0.0/0'],
		['INGRESS_SITES', 'platform.example.com'],
		['INGRESS_SITES', 'https://platform.example.com=service:4000'],
		['INGRESS_SITES', 'platform.example.com=service'],
	])('refuses %s=%s, naming it', (name, value) => {
		expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
		expect(() => readConfig({ [name]: value })).toThrow(name);
	});

	it('does not repeat a value, which may be a secret', () => {
		expect(() => readConfig({ SECRET_KEY: 'not-hexadecimal' })).not.toThrow('not-hexadecimal');
	});
});
