import pino, { type DestinationStream, type Logger } from 'pino';
import type { Config } from '../config';

export type { Logger };

const CENSOR = '[redacted]';

/** What a URL holds before its host (RFC 3986, 3.2.1). */
const USER_INFO = /:\/\/[^\s"/?#]+@/g;
/** A value that a URL's query names a secret. */
const QUERY_SECRET = /([?&][\w-]*(?:token|secret|password|passwd|api_?key|signature)=)[^&#\s"\\]+/gi;
/** A key of the platform or a webhook's secret. */
const TOKEN = /(oec_live_|sk_live_|whsec_)[\w.+/=-]+/g;

/** A line without the secrets that stand within its texts; JSON stays JSON. */
const withoutSecrets = (line: string) =>
	line.replace(USER_INFO, `://${CENSOR}@`).replace(QUERY_SECRET, `$1${CENSOR}`).replace(TOKEN, `$1${CENSOR}`);

/**
 * Structured logs on standard output unless they are to go elsewhere, one JSON object a line. Fields that may hold a
 * secret are never written, nor are secrets within texts, as far as their form gives them away.
 */
export function createLogger(level: Config['logLevel'], destination?: DestinationStream): Logger {
	const options: pino.LoggerOptions = {
		level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: (label) => ({ level: label }) },
		redact: {
			paths: ['authorization', 'cookie', 'token', 'secret', 'password', 'api_key', 'hmac_secret'].flatMap(
				(name) => [name, `*.${name}`, `*.*.${name}`],
			),
			censor: CENSOR,
		},
		hooks: { streamWrite: withoutSecrets },
	};
	return pino(options, destination);
}
