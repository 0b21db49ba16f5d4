import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

const ANSWERS: readonly (readonly [path: string, answer: object])[] = [
	['/info', { Name: 'fake', ServerVersion: '20.10.24', NCPU: 4, MemTotal: 8 * 1024 ** 3 }],
	['/_ping', {}],
	['/containers/json', []],
	['/networks?', []],
	['/volumes', { Volumes: [] }],
];

/** Something that answers as a Docker Engine without containers does, at a socket of its own. */
export async function startFakeDocker() {
	const directory = await mkdtemp(path.join(tmpdir(), 'fake-docker-'));
	const socket = path.join(directory, 'docker.sock');
	const server = createServer((request, response) => {
		const known = request.method === 'GET' && ANSWERS.find(([path]) => request.url?.startsWith(path));
		response.statusCode = known ? 200 : 404;
		const answer = known ? known[1] : { message: 'there is none' };
		response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
	});
	await new Promise<void>((resolve) => server.listen(socket, resolve));
	return {
		/** As `DOCKER_HOST` and a server's `endpoint` name it. */
		endpoint: `unix://${socket}`,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			await rm(directory, { recursive: true, force: true });
		},
	};
}
