import { once } from 'node:events';
import { createServer } from 'node:http';
import { portOf } from './receiver';

/**
 * The receiver of the webhooks' bench, in a process of its own. It answers at once, and under `/silent` never. Tells its
 * port and one where nobody listens; then, when it is asked, when each request came since, by its `webhook-id`.
 */
async function main() {
	let arrivals: [id: string, at: number][] = [];
	const server = createServer((request, response) => {
		if (request.url?.startsWith('/silent')) return;
		arrivals.push([String(request.headers['webhook-id']), performance.timeOrigin + performance.now()]);
		request.resume();
		response.end('ok');
	});
	server.listen(0, '127.0.0.1');
	const other = createServer().listen(0, '127.0.0.1');
	await Promise.all([once(server, 'listening'), once(other, 'listening')]);
	process.send?.({ port: portOf(server.address()), closed: portOf(other.address()) });
	other.close();
	process.on('message', () => {
		process.send?.(arrivals);
		arrivals = [];
	});
	process.on('disconnect', () => process.exit());
}

void main();
