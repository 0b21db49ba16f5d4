import type { RequestHandler } from 'express';

const HEADERS = {
	'Cache-Control': 'no-store',
	'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
	'Cross-Origin-Resource-Policy': 'same-origin',
	'Referrer-Policy': 'no-referrer',
	'X-Content-Type-Options': 'nosniff',
} as const;

/** Nothing served here may be framed, sniffed, cached or load anything from elsewhere. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
	for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
	next();
};
