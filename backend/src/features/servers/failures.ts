import { ApiError, systemCode } from '../../core/errors';
import { EndpointRefusedError } from '../../docker/endpoint';
import { EngineError } from '../../docker/errors';
import { OutboundError } from '../../net/outbound';

const TLS = /CERT|SSL|TLS|EPROTO|UNABLE_TO|SELF_SIGNED|OSSL/;

/** Why an Engine could not be had, and in which words. */
export interface EngineFailure {
	readonly code: 'server_unreachable' | 'server_tls_failed' | 'server_address_refused';
	readonly message: string;
}

/** What keeps the service from an Engine; null where the error is of another kind. */
export function engineFailure(error: unknown): EngineFailure | null {
	if (error instanceof EndpointRefusedError) return { code: 'server_address_refused', message: error.message };
	if (error instanceof OutboundError) {
		const refused = error.code === 'outbound_address_refused';
		return { code: refused ? 'server_address_refused' : 'server_unreachable', message: error.message };
	}
	if (!(error instanceof EngineError)) return null;
	if (error.cause instanceof OutboundError) return engineFailure(error.cause);
	const code = String(systemCode(error.cause));
	return TLS.test(code)
		? { code: 'server_tls_failed', message: `The TLS with the Docker Engine failed (${code}): check tls.` }
		: { code: 'server_unreachable', message: error.message };
}

/** A server that does not answer is not saved. */
export const refused = ({ code, message }: EngineFailure) =>
	new ApiError(code, `The server was not saved. ${message}`, {
		errors: [{ pointer: code === 'server_tls_failed' ? '/tls' : '/endpoint', detail: message }],
	});
