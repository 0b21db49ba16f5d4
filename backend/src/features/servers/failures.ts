import { ApiError, systemCode } from '../../core/errors';
import { EndpointRefusedError } from '../../docker/endpoint';
import { EngineError } from '../../docker/errors';
import { OutboundError } from '../../net/outbound';

/** How Node.js calls what is wrong between two sides of TLS. */
const TLS = /CERT|SSL|TLS|EPROTO|UNABLE_TO|SELF_SIGNED|OSSL/;
/** How the SSH library says what is wrong between its two. */
const SSH = /parse privateKey|authentication methods failed|Host denied|Handshake failed/i;

/** How it says that the server opens no channel to the Engine's socket. */
const NO_WAY = /Channel open failure/;

/** Why an Engine could not be had, and in which words. */
export interface EngineFailure {
	readonly code: 'server_unreachable' | 'server_credentials_refused' | 'server_address_refused';
	readonly message: string;
	/** The input that is to blame. */
	readonly pointer: '/endpoint' | '/tls' | '/ssh';
}

/** What keeps the service from an Engine; null where the error is of another kind. */
export function engineFailure(error: unknown): EngineFailure | null {
	if (error instanceof EndpointRefusedError) {
		return { code: 'server_address_refused', message: error.message, pointer: '/endpoint' };
	}
	if (error instanceof OutboundError) {
		const code = error.code === 'outbound_address_refused' ? 'server_address_refused' : 'server_unreachable';
		return { code, message: error.message, pointer: '/endpoint' };
	}
	if (!(error instanceof EngineError)) return null;
	const { cause } = error;
	if (cause instanceof OutboundError) return engineFailure(cause);
	const name = String(systemCode(cause));
	if (TLS.test(name)) {
		const message = `The TLS certificates of the Docker Engine and the service do not fit each other (${name}).`;
		return { code: 'server_credentials_refused', message, pointer: '/tls' };
	}
	if (cause instanceof Error && SSH.test(cause.message)) {
		const message = `The SSH keys of the server and the service do not fit each other (${cause.message}).`;
		return { code: 'server_credentials_refused', message, pointer: '/ssh' };
	}
	if (cause instanceof Error && NO_WAY.test(cause.message)) {
		const message =
			'SSH works, but not the way on to the Docker Engine: the user must be one who may use /var/run/docker.sock, ' +
			'and sshd allow to forward to it (AllowStreamLocalForwarding).';
		return { code: 'server_unreachable', message, pointer: '/endpoint' };
	}
	return { code: 'server_unreachable', message: error.message, pointer: '/endpoint' };
}

/** A server that does not answer is not saved. */
export const refused = ({ code, message, pointer }: EngineFailure) =>
	new ApiError(code, `The server was not saved. ${message}`, { errors: [{ pointer, detail: message }] });
