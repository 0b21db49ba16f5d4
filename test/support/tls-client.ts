import { createOutbound, OutboundError } from '../../backend/src/net/outbound';
import { certificatesIn } from './certificates';
import { startTlsServer } from './tls-server';

// Tells what becomes of requests to servers with certificates of these names, as JSON. In a process of its own, as which
// authorities are trusted (NODE_EXTRA_CA_CERTS) is read when one starts. Arguments: the certificates' directory; names.

async function main(directory: string, names: readonly string[]) {
	const outbound = createOutbound({ allowedCidrs: ['127.0.0.0/8'] });
	const outcomes: Record<string, string> = {};
	for (const name of names) {
		const server = await startTlsServer(certificatesIn(directory).read(name));
		try {
			outcomes[name] = String((await outbound.plainFetch(server.url)).status);
		} catch (error) {
			outcomes[name] = error instanceof OutboundError ? `${error.code}: ${error.message}` : String(error);
		}
		await server.close();
	}
	await outbound.close();
	process.stdout.write(JSON.stringify(outcomes));
}

const [directory = '', ...names] = process.argv.slice(2);
void main(directory, names);
