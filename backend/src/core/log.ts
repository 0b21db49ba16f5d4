import pino, { type Logger } from 'pino';
import type { Config } from '../config';

export type { Logger };

/** Structured logs on standard output, one JSON object a line; fields that may hold a secret are never written. */
export function createLogger(level: Config['logLevel']): Logger {
	return pino({
		level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: { level: (label) => ({ level: label }) },
		redact: {
			paths: ['authorization', 'cookie', 'token', 'secret', 'password', 'api_key', 'hmac_secret'].flatMap(
				(name) => [name, `*.${name}`, `*.*.${name}`],
			),
			censor: '[redacted]',
		},
	});
}
