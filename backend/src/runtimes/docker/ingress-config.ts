import type { FurtherSite } from '../runtime';
import { WEB_PORT, WEBSOCKET_PORT } from './settings-files';

/** Where Caddy is told what to do: from within its container alone. */
export const ADMIN = 'unix//run/caddy.sock';
export const CONFIG_DIRECTORY = '/config';
export const CONFIG_FILE = 'platform.json';
/** Below the former: who serves each site. */
export const SITES = 'sites';

/** How long a WebSocket goes on after sites have come or gone; Odoo's client then connects anew. */
const WEBSOCKETS_LAST = '5m';
/** Where nobody listens: what is sent there is answered as by an environment that does not serve. */
const NOBODY = '127.0.0.1:1';
/** After how many seconds those are told to ask again whom nobody serves. */
const RETRY_SECONDS = 10;

/** How an environment is reached on its server. */
export interface SiteRoute {
	/** Names it in files. */
	readonly key: string;
	readonly url: string;
	/** Further names that lead to it. */
	readonly domains: readonly string[];
	/** The container that serves; null: nobody does. */
	readonly upstream: string | null;
	/** Whether WebSockets are served at a port of their own. */
	readonly has_workers: boolean;
}

const page = (title: string, text: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem}</style>
<h1>${title}</h1>
<p>${text}</p>
</html>
`;

const answer = (status: number, title: string, text: string) => ({
	handler: 'static_response',
	status_code: status,
	headers: {
		'Content-Type': ['text/html; charset=utf-8'],
		'Cache-Control': ['no-store'],
		...(status === 503 ? { 'Retry-After': [String(RETRY_SECONDS)] } : {}),
	},
	body: page(title, text),
});

const NOT_SERVED = answer(
	503,
	'Back in a moment',
	'This Odoo is being updated or has been stopped. Try again shortly.',
);
const UNKNOWN = answer(404, 'Nothing here', 'No environment has this address.');

/** Sends requests to whom a file names at that moment. */
const proxyTo = (file: string) => ({
	handler: 'reverse_proxy',
	upstreams: [{ dial: `{file.${CONFIG_DIRECTORY}/${SITES}/${file}}` }],
	stream_close_delay: WEBSOCKETS_LAST,
	// Odoo ends connections that wait, and what was just sent on one of them could not be sent again.
	transport: { protocol: 'http', dial_timeout: '3s', keep_alive: { enabled: false } },
});

const websocketsOf = (key: string) => `${key}.websocket`;

const routeOf = ({ key, url, domains }: Pick<SiteRoute, 'key' | 'url' | 'domains'>) => ({
	match: [{ host: [new URL(url).hostname, ...domains] }],
	terminal: true,
	handle: [
		{
			handler: 'subroute',
			routes: [
				{ match: [{ path: ['/websocket', '/longpolling/*'] }], handle: [proxyTo(websocketsOf(key))] },
				{ handle: [proxyTo(key)] },
			],
		},
	],
});

const furtherRoute = ({ name, upstream }: FurtherSite) => ({
	match: [{ host: [name] }],
	terminal: true,
	handle: [{ handler: 'reverse_proxy', upstreams: [{ dial: upstream }], stream_close_delay: WEBSOCKETS_LAST }],
});

/**
 * The files that say who serves: with them the ingress moves from one container to the next without being loaded anew,
 * which would cut connections that wait for their next request.
 */
export const siteFiles = (routes: readonly SiteRoute[]): Readonly<Record<string, string>> =>
	Object.fromEntries(
		routes.flatMap(({ key, upstream, has_workers }) => [
			[key, upstream === null ? NOBODY : `${upstream}:${WEB_PORT}`],
			[websocketsOf(key), upstream === null ? NOBODY : `${upstream}:${has_workers ? WEBSOCKET_PORT : WEB_PORT}`],
		]),
	);

/**
 * All that a server's Caddy does, as its own JSON. Names with https get certificates by Caddy itself, and are led there
 * from http.
 */
export function ingressConfig(
	routes: readonly Pick<SiteRoute, 'key' | 'url' | 'domains'>[],
	further: readonly FurtherSite[] = [],
) {
	const sorted = [...routes].sort((one, other) => (one.url < other.url ? -1 : 1));
	const routesOf = (scheme: string) => sorted.filter(({ url }) => url.startsWith(`${scheme}:`)).map(routeOf);
	const server = (port: number, known: readonly object[]) => ({
		listen: [`:${port}`],
		routes: [...known, { handle: [UNKNOWN] }],
		// A container that does not answer at this moment.
		errors: { routes: [{ handle: [NOT_SERVED] }] },
	});
	return {
		admin: { listen: ADMIN },
		apps: {
			http: {
				servers: {
					http: { ...server(80, routesOf('http')), automatic_https: { disable: true } },
					https: server(443, [...further.map(furtherRoute), ...routesOf('https')]),
				},
			},
		},
	};
}
