import { once } from 'node:events';
import { createServer } from 'node:https';
import type { Certificate } from './certificates';
import { portOf } from './receiver';

/** Starts a server on loopback that speaks TLS with that certificate, and answers like an Odoo's `/web/version`. */
export async function startTlsServer({ key, cert }: Certificate) {
	const server = createServer({ key, cert }, (_request, response) => response.end('{"version":"19.0"}'));
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `https://127.0.0.1:${portOf(server.address())}`,
		close: async () => {
			server.closeAllConnections();
			server.close();
			await once(server, 'close');
		},
	};
}
