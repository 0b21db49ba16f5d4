import { isIP } from 'node:net';
import path from 'node:path';
import { z } from 'zod';

const cidr = z.string().refine((text) => {
	const [address = '', prefix = '', ...rest] = text.split('/');
	const bits = isIP(address) === 4 ? 32 : 128;
	return rest.length === 0 && isIP(address) !== 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}, 'must be a list of ranges such as 10.0.0.0/8,fd00::/8');

const list = (separator: string) => (text: string) =>
	text
		.split(separator)
		.map((part) => part.trim())
		.filter((part) => part !== '');

const MASTER_KEY = /^[0-9a-f]{64}$/i;

const environmentSchema = z.object({
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
	GIT_ALLOWED_PATHS: z.string().default('').transform(list(path.delimiter)).pipe(z.array(z.string())),
	SECRET_KEY: z.string().regex(MASTER_KEY, 'must be 32 bytes in hexadecimal (64 digits)').optional(),
	SECRET_KEY_PREVIOUS: z
		.string()
		.default('')
		.transform(list(','))
		.pipe(z.array(z.string().regex(MASTER_KEY, 'must be a list of keys of 32 bytes in hexadecimal (64 digits)'))),
});

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
	/** Absolute directories below which a project's repository may be a local path, besides the service's own. */
	readonly gitAllowedPaths: readonly string[];
	/** The master key that all secrets derive from; unset: one made at the first start and kept under `dataDir`. */
	readonly secretKey: Buffer | undefined;
	/** Master keys from before, which still open what they closed (docs/decisions/secrets.md). */
	readonly previousSecretKeys: readonly Buffer[];
}

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
	const parsed = environmentSchema.safeParse(given);
	if (!parsed.success) {
		const lines = parsed.error.issues.map((issue) => `  ${String(issue.path[0])}: ${issue.message}`);
		throw new ConfigError(`The configuration is not valid:\n${[...new Set(lines)].join('\n')}`);
	}
	const env = parsed.data;
	return {
		host: env.HOST,
		port: env.PORT,
		publicUrl: env.PUBLIC_URL,
		dataDir: path.resolve(env.DATA_DIR),
		mongodbUri: env.MONGODB_URI,
		logLevel: env.LOG_LEVEL,
		outboundAllowedCidrs: env.OUTBOUND_ALLOWED_CIDRS,
		gitAllowedPaths: env.GIT_ALLOWED_PATHS.map((directory) => path.resolve(directory)),
		secretKey: env.SECRET_KEY === undefined ? undefined : Buffer.from(env.SECRET_KEY, 'hex'),
		previousSecretKeys: env.SECRET_KEY_PREVIOUS.map((key) => Buffer.from(key, 'hex')),
	};
}
