import pino, { type DestinationStream, type LevelWithSilent, type Logger } from 'pino';

export type { Logger };

const CENSOR = '[redacted]';

/** The user information before the host of a URL (RFC 3986, 3.2.1). */
const USER_INFO = /:\/\/[^\s"/?#]+@/g;
/** The value of a query parameter whose name says that it is a secret. */
const QUERY_SECRET = /([?&][\w-]*(?:token|secret|password|passwd|api_?key|signature)=)[^&#\s"\\]+/gi;
/** A key of the platform or a webhook's secret. */
export const TOKEN = /(oec_live_|sk_live_|whsec_)[\w.+/=-]+/g;

/** A line of the log without the secrets in its texts. It stays valid JSON. */
const withoutSecrets = (line: string) =>
	line.replace(USER_INFO, `://${CENSOR}@`).replace(QUERY_SECRET, `$1${CENSOR}`).replace(TOKEN, `$1${CENSOR}`);

/**
 * Structured logs, one JSON object per line, on standard output by default. Fields that may hold a secret are never
 * written. Secrets within texts are removed if they can be recognized by their form.
 */
export function createLogger(level: LevelWithSilent, destination?: DestinationStream): Logger {
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
