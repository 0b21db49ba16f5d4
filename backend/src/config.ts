import { isIP } from 'node:net';
import { homedir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { inPlainEnglish } from './core/complaint';
import { idSchema } from './core/ids';
import type { AllowedPath } from './git/local-path';
import { DOMAIN_NAME } from './net/domain-name';
import type { FurtherSite, Images } from './runtimes/runtime';

const cidr = z.string().refine((text) => {
	const [address = '', prefix = '', ...rest] = text.split('/');
	const bits = isIP(address) === 4 ? 32 : 128;
	return rest.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}, 'must be a list of ranges such as 10.0.0.0/8,fd00::/8');

/** Not everybody: whoever is trusted says where a request came from. */
const proxies = cidr.refine(
	(text) => !/\/0+$/.test(text),
	'must name the proxies: a range of all addresses trusts anybody',
);

/** A directory, or `org_…=DIRECTORY` for the projects of that organization. */
const allowedPath = z.string().transform((text, context): AllowedPath => {
	const [, named, directory = text] = /^(org_[^=]*)=(.*)$/s.exec(text) ?? [];
	const organization = idSchema('organization')
		.nullable()
		.safeParse(named ?? null);
	if (!organization.success || directory === '') {
		context.addIssue({ code: 'custom', message: 'must be a list of directories, or of org_…=directory' });
		return z.NEVER;
	}
	return { directory: path.resolve(directory), organization_id: organization.data };
});

/** `NAME=HOST:PORT`: what is served by https under that name. */
const furtherSite = z.string().transform((text, context): FurtherSite => {
	const [, name = '', upstream = ''] = /^([^=]+)=([a-z0-9.-]+:\d{1,5})$/i.exec(text) ?? [];
	if (DOMAIN_NAME.test(name)) return { name, upstream };
	context.addIssue({ code: 'custom', message: 'must be a list of sites such as platform.example.com=service:4000' });
	return z.NEVER;
});

const list = (separator: string) => (text: string) =>
	text
		.split(separator)
		.map((part) => part.trim())
		.filter((part) => part !== '');

const port = z.coerce.number('must be a port number').int().min(1).max(65_535);

/** Where Docker's own programs look for the Engine of their machine. */
const DOCKER_SOCKETS = ['/var/run/docker.sock', path.join(homedir(), '.docker/run/docker.sock')];

/** An Engine elsewhere is none of this machine; it is added as a server, with its credentials. */
const dockerSockets = z
	.string()
	.optional()
	.transform((address) => {
		if (address === undefined) return DOCKER_SOCKETS;
		const [, socket] = /^unix:\/\/(\/.+)$/.exec(address) ?? [];
		return socket === undefined ? [] : [socket];
	});

const MASTER_KEY = /^[0-9a-f]{64}$/i;

/** What names a language model; all of it or none. */
const assistantSchema = z.object({
	ASSISTANT_PROVIDER: z
		.enum(['openai', 'anthropic'], 'must be openai (any compatible endpoint) or anthropic')
		.optional(),
	ASSISTANT_MODEL: z.string().optional(),
	ASSISTANT_BASE_URL: z
		.url({ protocol: /^https?$/, error: 'must be an http or https URL' })
		.transform((url) => url.replace(/\/+$/, ''))
		.optional(),
	ASSISTANT_API_KEY: z.string().optional(),
});

/** A bucket for backups, and what goes with it. */
const backupBucketSchema = z.object({
	BACKUP_S3_BUCKET: z
		.string()
		.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{2,62}$/, 'must be the name of a bucket')
		.optional(),
	BACKUP_S3_ENDPOINT: z
		.url({ protocol: /^https?$/, error: 'must be an http or https URL' })
		.transform((url) => url.replace(/\/+$/, ''))
		.optional(),
	BACKUP_S3_REGION: z
		.string()
		.regex(/^[a-z0-9-]+$/i, 'must be the name of a region such as eu-central-1')
		.optional(),
	BACKUP_S3_PREFIX: z
		.string()
		.regex(/^[\w.-]+(\/[\w.-]+)*\/?$/, 'must be names of letters, digits, dots, dashes and underscores, by slashes')
		.optional(),
	BACKUP_S3_ACCESS_KEY_ID: z.string().optional(),
	BACKUP_S3_SECRET_ACCESS_KEY: z.string().optional(),
});

const environmentSchema = z.object({
	...assistantSchema.shape,
	...backupBucketSchema.shape,
	BACKUP_DIR: z.string().optional(),
	HOST: z.string().min(1).default('127.0.0.1'),
	PORT: z.coerce.number('must be a port number').int().min(0).max(65_535).default(4000),
	PUBLIC_URL: z
		.url({ protocol: /^https?$/, error: 'must be an http or https URL' })
		.transform((url) => url.replace(/\/+$/, ''))
		.optional(),
	DATA_DIR: z.string().min(1).default('./.data'),
	MONGODB_URI: z
		.string()
		.regex(/^mongodb(\+srv)?:\/\/.+/, 'must begin with mongodb:// or mongodb+srv://')
		.optional(),
	LOG_LEVEL: z
		.enum(
			['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
			'must be fatal, error, warn, info, debug, trace or silent',
		)
		.default('info'),
	OUTBOUND_ALLOWED_CIDRS: z.string().default('').transform(list(',')).pipe(z.array(cidr)),
	TRUSTED_PROXIES: z.string().default('').transform(list(',')).pipe(z.array(proxies)),
	GIT_ALLOWED_PATHS: z.string().default('').transform(list(path.delimiter)).pipe(z.array(allowedPath)),
	DOCKER_HOST: dockerSockets,
	ODOO_IMAGE: z.string().default('odoo:{version}'),
	POSTGRES_IMAGE: z.string().default('postgres:17'),
	CADDY_IMAGE: z.string().default('caddy:2'),
	BASE_DOMAIN: z.string().regex(DOMAIN_NAME, 'must be a domain such as apps.example.com, in lower case').optional(),
	INGRESS_HOST: z.string().default('127.0.0.1'),
	INGRESS_HTTP_PORT: port.default(8090),
	INGRESS_HTTPS_PORT: port.default(8493),
	INGRESS_SITES: z.string().default('').transform(list(',')).pipe(z.array(furtherSite)),
	SECRET_KEY: z.string().regex(MASTER_KEY, 'must be 32 bytes in hexadecimal (64 digits)').optional(),
	SECRET_KEY_PREVIOUS: z
		.string()
		.default('')
		.transform(list(','))
		.pipe(z.array(z.string().regex(MASTER_KEY, 'must be a list of keys of 32 bytes in hexadecimal (64 digits)'))),
});

/** The variables that the service knows. */
export const VARIABLES: readonly string[] = Object.keys(environmentSchema.shape);

/** What the service is told from outside, checked and typed. */
export interface Config {
	/** The address to listen on. */
	readonly host: string;
	/** The port to listen on; 0 lets the system choose. */
	readonly port: number;
	/** Where clients reach the service, without a trailing slash; unset: the address it listens on. */
	readonly publicUrl: string | undefined;
	/** An absolute directory for everything that must outlive the process. */
	readonly dataDir: string;
	/** A MongoDB to use (its path names the database); unset: the embedded engine under `dataDir`. */
	readonly mongodbUri: string | undefined;
	readonly logLevel: z.infer<typeof environmentSchema>['LOG_LEVEL'];
	/** Ranges that outgoing connections may reach although they are private (CIDR notation). */
	readonly outboundAllowedCidrs: readonly string[];
	/** Ranges (CIDR) of the reverse proxies whose `X-Forwarded-For` is believed. */
	readonly trustedProxies: readonly string[];
	/** Absolute directories below which a project's repository may be a local path, besides the service's own. */
	readonly gitAllowedPaths: readonly AllowedPath[];
	/** Where the Docker Engine of this machine may answer: the first of these sockets that can be opened. */
	readonly dockerSockets: readonly string[];
	/** What the containers of real environments are made of. */
	readonly images: Images;
	/** Below which environments get their names on servers that have no domain of their own. */
	readonly baseDomain: string | undefined;
	/** Where the ingress of this machine's Engine answers, and the ports that it takes. */
	readonly localIngress: { readonly host: string; readonly http_port: number; readonly https_port: number };
	/** What that ingress serves besides environments. */
	readonly furtherSites: readonly FurtherSite[];
	/** The master key that all secrets derive from; unset: one made at the first start and kept under `dataDir`. */
	readonly secretKey: Buffer | undefined;
	/** The language model that answers in the place of the assistant's rules; undefined: the rules answer. */
	readonly assistant: AssistantConfig | undefined;
	/** Where backups of environments are kept. */
	readonly backups: BackupsConfig;
	/** Master keys from before, which still open what they closed (docs/decisions/secrets.md). */
	readonly previousSecretKeys: readonly Buffer[];
}

/** How a language model is reached. */
export interface AssistantConfig {
	/** `openai`: any endpoint that speaks its chat completions. */
	readonly provider: 'openai' | 'anthropic';
	readonly model: string;
	/** Without a trailing slash; only `anthropic` has one of its own. */
	readonly baseUrl: string | undefined;
	/** Endpoints of one's own may want none. */
	readonly apiKey: string | undefined;
}

/** Where backups of environments are kept: in a directory of this machine, or in a bucket. */
export type BackupsConfig =
	| { readonly kind: 'directory'; readonly directory: string }
	| {
			readonly kind: 's3';
			readonly bucket: string;
			/** Undefined: Amazon's own, in that region. */
			readonly endpoint: string | undefined;
			readonly region: string;
			/** What every key begins with: '', or a prefix that ends with `/`. */
			readonly prefix: string;
			readonly accessKeyId: string;
			readonly secretAccessKey: string;
	  };

/** Something in the environment is not as it must be; the message names every variable concerned. */
export class ConfigError extends Error {
	override readonly name = 'ConfigError';
}

/**
 * Reads the configuration; the only place that knows the environment's variables.
 * @throws {ConfigError} naming each wrong variable and what it must be. Values are not repeated: they may be secrets.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
	const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
	const parsed = environmentSchema.safeParse(given, inPlainEnglish);
	if (!parsed.success) {
		const lines = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`);
		throw new ConfigError(`The configuration is not valid:\n${[...new Set(lines)].join('\n')}`);
	}
	const env = parsed.data;
	return {
		assistant: readAssistant(env),
		backups: readBackups(env),
		host: env.HOST,
		port: env.PORT,
		publicUrl: env.PUBLIC_URL,
		dataDir: path.resolve(env.DATA_DIR),
		mongodbUri: env.MONGODB_URI,
		logLevel: env.LOG_LEVEL,
		outboundAllowedCidrs: env.OUTBOUND_ALLOWED_CIDRS,
		trustedProxies: env.TRUSTED_PROXIES,
		gitAllowedPaths: env.GIT_ALLOWED_PATHS,
		dockerSockets: env.DOCKER_HOST,
		images: { odoo: env.ODOO_IMAGE, postgres: env.POSTGRES_IMAGE, caddy: env.CADDY_IMAGE },
		baseDomain: env.BASE_DOMAIN,
		localIngress: {
			host: env.INGRESS_HOST,
			http_port: env.INGRESS_HTTP_PORT,
			https_port: env.INGRESS_HTTPS_PORT,
		},
		furtherSites: env.INGRESS_SITES,
		secretKey: env.SECRET_KEY === undefined ? undefined : Buffer.from(env.SECRET_KEY, 'hex'),
		previousSecretKeys: env.SECRET_KEY_PREVIOUS.map((key) => Buffer.from(key, 'hex')),
	};
}

/** @throws {ConfigError} where a part of what names a language model is missing */
function readAssistant(env: z.infer<typeof assistantSchema>): AssistantConfig | undefined {
	const { ASSISTANT_PROVIDER: provider, ASSISTANT_MODEL: model } = env;
	const { ASSISTANT_BASE_URL: baseUrl, ASSISTANT_API_KEY: apiKey } = env;
	if (provider === undefined) {
		if (model === undefined && baseUrl === undefined && apiKey === undefined) return undefined;
		throw new ConfigError(
			'The configuration is not valid:\n  ASSISTANT_PROVIDER: is needed with the other ASSISTANT variables',
		);
	}
	const needed = {
		ASSISTANT_MODEL: model,
		...(provider === 'openai' ? { ASSISTANT_BASE_URL: baseUrl } : { ASSISTANT_API_KEY: apiKey }),
	};
	const missing = Object.entries(needed).flatMap(([name, value]) => (value === undefined ? [name] : []));
	if (model === undefined || missing.length > 0) {
		const lines = missing.map((name) => `  ${name}: is needed where ASSISTANT_PROVIDER is ${provider}`);
		throw new ConfigError(`The configuration is not valid:\n${lines.join('\n')}`);
	}
	return { provider, model, baseUrl, apiKey };
}

/** @throws {ConfigError} where a part of what names a bucket is missing, or a directory is named as well */
function readBackups(env: z.infer<typeof environmentSchema>): BackupsConfig {
	const { BACKUP_S3_BUCKET: bucket, BACKUP_S3_ENDPOINT: endpoint, BACKUP_S3_PREFIX: prefix } = env;
	const { BACKUP_S3_ACCESS_KEY_ID: accessKeyId, BACKUP_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
	const invalid = (lines: readonly string[]) =>
		new ConfigError(`The configuration is not valid:\n${lines.map((line) => `  ${line}`).join('\n')}`);
	if (bucket === undefined) {
		if (Object.keys(backupBucketSchema.shape).some((name) => name in env)) {
			throw invalid(['BACKUP_S3_BUCKET: is needed with the other BACKUP_S3 variables']);
		}
		return {
			kind: 'directory',
			directory: path.resolve(env.BACKUP_DIR ?? path.join(env.DATA_DIR, 'environment-backups')),
		};
	}
	if (env.BACKUP_DIR !== undefined)
		throw invalid(['BACKUP_DIR: backups are kept in BACKUP_S3_BUCKET; unset one of both']);
	// Elsewhere, the name of the region means little, and this one is taken.
	const region = env.BACKUP_S3_REGION ?? (endpoint === undefined ? undefined : 'us-east-1');
	if (region === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
		const needed = {
			'BACKUP_S3_REGION: is needed without BACKUP_S3_ENDPOINT': region,
			'BACKUP_S3_ACCESS_KEY_ID: is needed with BACKUP_S3_BUCKET': accessKeyId,
			'BACKUP_S3_SECRET_ACCESS_KEY: is needed with BACKUP_S3_BUCKET': secretAccessKey,
		};
		throw invalid(Object.entries(needed).flatMap(([line, value]) => (value === undefined ? [line] : [])));
	}
	return {
		kind: 's3',
		bucket,
		endpoint,
		region,
		prefix: prefix === undefined ? '' : `${prefix.replace(/\/$/, '')}/`,
		accessKeyId,
		secretAccessKey,
	};
}
