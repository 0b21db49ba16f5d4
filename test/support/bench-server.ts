import { createServer } from 'node:http';
import express from 'express';
import mongoose from 'mongoose';
import { LIMITS } from '../../backend/src/http/limits';
import { startTestPlatform } from './platform';

const ENVIRONMENTS = 50;

/**
 * The server of the API's bench, in a process of its own: the whole service, and beside it, in the same process and on
 * the same database, a bare Express route that does the one query. Prints where they are, then its memory on request.
 */
async function main() {
	const platform = await startTestPlatform({ LOG_LEVEL: 'warn' }, { limits: { ...LIMITS, platform: 1e9 } });
	const { api_key, organization_id, project_id } = platform.firstRun;
	for (let n = 2; n < ENVIRONMENTS; n++) {
		await platform.api('POST', '/api/v1/environments', { project_id, name: `bench-${n}` });
	}

	const connection = await mongoose.createConnection(platform.config.mongodbUri ?? '').asPromise();
	const model = connection.model(
		'bare',
		new mongoose.Schema({ _id: String, deleted_at: Date }, { collection: 'environments', strict: false }),
	);
	const bare = express();
	bare.get('/api/v1/environments', async (_request, response) => {
		const data = await model
			.find({ organization_id, deleted_at: null })
			.sort({ _id: -1 })
			.limit(ENVIRONMENTS)
			.lean();
		response.json({ data });
	});
	const server = createServer(bare);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	const bareUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;

	process.on('message', () => {
		globalThis.gc?.();
		const { rss, heapUsed } = process.memoryUsage();
		process.send?.({ rss, heapUsed });
	});
	process.send?.({ bare: bareUrl, full: platform.url, api_key });
}

void main();
