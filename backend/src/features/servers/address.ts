import { X509Certificate, createPrivateKey } from 'node:crypto';
import { z } from 'zod';
import type { Endpoint } from '../../docker/endpoint';

const DOCKER_TLS_PORT = 2376;
const SSH_PORT = 22;

/** Where an Engine answers, without what proves the service there. */
export type Address =
	| { readonly kind: 'socket'; readonly path: string }
	| { readonly kind: 'tls'; readonly host: string; readonly port: number }
	| { readonly kind: 'ssh'; readonly host: string; readonly port: number; readonly user: string };

/** Reads `unix:///path`, `tcp://host:port` or `ssh://user@host:port`; null where it is none of them. */
export function addressOf(endpoint: string): Address | null {
	const [, path] = /^unix:\/\/(\/[\x21-\x7e]+)$/.exec(endpoint) ?? [];
	if (path !== undefined) return { kind: 'socket', path };
	const [, scheme, user, bracketed, name, digits] =
		/^(tcp|ssh):\/\/(?:([a-z_][a-z0-9_-]{0,31})@)?(?:\[([0-9a-fA-F:.]+)\]|([a-zA-Z0-9.-]{1,253}))(?::(\d{1,5}))?\/?$/.exec(
			endpoint,
		) ?? [];
	const host = bracketed ?? name;
	const port = digits === undefined ? undefined : Number(digits);
	if (host === undefined || port === 0 || (port ?? 0) > 65_535) return null;
	if (scheme === 'tcp') return user === undefined ? { kind: 'tls', host, port: port ?? DOCKER_TLS_PORT } : null;
	return user === undefined ? null : { kind: 'ssh', host, port: port ?? SSH_PORT, user };
}

const succeeds = (parse: (text: string) => unknown) => (text: string) => {
	try {
		parse(text);
		return true;
	} catch {
		return false;
	}
};

const pem = z.string().max(20_000);
const certificate = pem.refine(
	succeeds((text) => new X509Certificate(text)),
	'must be a certificate in PEM',
);

/** What proves the service to an Engine over TLS. */
export const tlsSchema = z.strictObject({
	ca: certificate.meta({ description: "The authority that signed the Engine's certificate, in PEM" }),
	cert: certificate.meta({ description: "The service's own certificate, in PEM" }),
	key: pem.refine(succeeds(createPrivateKey), 'must be a private key in PEM, without a passphrase').meta({
		description: 'Its private key, in PEM without a passphrase; kept encrypted and never shown',
	}),
});

/** What proves the service to a server over SSH, and the server to it. */
export const sshSchema = z.strictObject({
	private_key: pem
		.regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/=\s]+-----END [A-Z ]*PRIVATE KEY-----\s*$/, {
			error: 'must be a private key in PEM or the form of OpenSSH, without a passphrase',
		})
		.meta({ description: 'As OpenSSH keeps it, without a passphrase; kept encrypted and never shown' }),
	host_key: z
		.string()
		.max(2_000)
		.regex(/^(ssh|ecdsa)-[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$/, 'must be a public key such as ssh-ed25519 AAAA…')
		.meta({
			description: "The server's own public key, as `ssh-keyscan` prints it after the name of the host",
			examples: ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHpXKjW9s1Zq8u7cZ0m1y0m3s6w8v0q2r4t6y8u0i2o4'],
		}),
});

/** Credentials as they are kept. */
const credentialsSchema = z.union([z.object({ tls: tlsSchema }), z.object({ ssh: sshSchema }), z.null()]);
export type Credentials = z.output<typeof credentialsSchema>;

export const credentialsOf = (text: string | null): Credentials =>
	credentialsSchema.parse(text === null ? null : JSON.parse(text));

/** The address with what proves the service there; null where that is of another kind. */
export function withCredentials(address: Address, credentials: Credentials): Endpoint | null {
	switch (address.kind) {
		case 'socket':
			return credentials === null ? address : null;
		case 'tls':
			return credentials !== null && 'tls' in credentials ? { ...address, ...credentials.tls } : null;
		case 'ssh':
			return credentials !== null && 'ssh' in credentials ? { ...address, ...credentials.ssh } : null;
	}
}
