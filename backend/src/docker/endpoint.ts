import { accessSync, constants, statSync } from 'node:fs';
import type { Agent as HttpAgent } from 'node:http';
import { Agent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { DockerOptions } from 'dockerode';
import { SshAgent } from './ssh-agent';

/** Where a Docker Engine answers, and how one proves oneself there. All PEM texts. */
export type Endpoint =
	| { readonly kind: 'socket'; readonly path: string }
	| {
			readonly kind: 'tls';
			readonly host: string;
			readonly port: number;
			readonly ca: string;
			readonly cert: string;
			readonly key: string;
	  }
	| {
			readonly kind: 'ssh';
			readonly host: string;
			readonly port: number;
			readonly user: string;
			readonly private_key: string;
			/** The server's own key, as `ssh-keyscan` prints it: `ssh-ed25519 AAAA…`. */
			readonly host_key: string;
	  };

/** The outgoing network, as far as an Engine is reached over it. */
export interface EngineNetwork {
	/** Answers permitted addresses alone. */
	readonly lookup: LookupFunction;
	readonly checkAddress: (ip: string) => boolean;
}

/** The address is one that this service does not connect to. */
export class EndpointRefusedError extends Error {
	override readonly name = 'EndpointRefusedError';
}

/**
 * What dockerode is opened with. Every field of an address is named, so that none comes from the variable DOCKER_HOST.
 * @throws EndpointRefusedError
 */
export function optionsOf(
	endpoint: Endpoint,
	{ lookup, checkAddress }: EngineNetwork,
): DockerOptions & { agent?: HttpAgent } {
	const none = { socketPath: undefined, host: undefined, port: undefined };
	if (endpoint.kind === 'socket') return { ...none, protocol: 'http', socketPath: endpoint.path };
	const { host, port } = endpoint;
	// Sockets ask no lookup about a host that is an address already.
	if (isIP(host) !== 0 && !checkAddress(host)) {
		throw new EndpointRefusedError(
			`${host} is not on the public internet, and OUTBOUND_ALLOWED_CIDRS does not open it.`,
		);
	}
	if (endpoint.kind === 'tls') {
		const { ca, cert, key } = endpoint;
		return { ...none, protocol: 'https', host, port, agent: new Agent({ ca, cert, key, lookup }) };
	}
	const [, expected = ''] = endpoint.host_key.split(' ');
	const login = {
		username: endpoint.user,
		privateKey: endpoint.private_key,
		hostVerifier: (key: Buffer) => key.equals(Buffer.from(expected, 'base64')),
	};
	// Its own way to SSH logs in anew for each request.
	return { ...none, protocol: 'http', host, port, agent: new SshAgent({ host, port }, login) };
}

/** The first of these paths that is a socket which this user may open. */
export const openableSocket = (paths: readonly string[]): string | undefined =>
	paths.find((path) => {
		try {
			accessSync(path, constants.R_OK | constants.W_OK);
			return statSync(path).isSocket();
		} catch {
			return false;
		}
	});
