import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { portOf } from './receiver';

/** A server on loopback that speaks TLS with a certificate that it made and signed itself. */
export async function startTlsServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
	const server = createServer(selfSigned(), (_request, response) => response.end('{"version":"19.0"}'));
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

function selfSigned() {
	const directory = mkdtempSync(path.join(tmpdir(), 'odoo-platform-tls-'));
	const files = { key: path.join(directory, 'key.pem'), cert: path.join(directory, 'cert.pem') };
	const about = ['-days', '1', '-subj', '/CN=odoo.example.com', '-addext', 'subjectAltName=IP:127.0.0.1'];
	const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
	try {
		execFileSync('openssl', ['req', '-x509', ...made, ...about, '-keyout', files.key, '-out', files.cert], {
			stdio: 'ignore',
		});
		return { key: readFileSync(files.key), cert: readFileSync(files.cert) };
	} finally {
		rmSync(directory, { recursive: true });
	}
}
