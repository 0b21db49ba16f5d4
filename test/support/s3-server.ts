import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import './one-error';
import type { S3Config } from '../../backend/src/features/backups/stores/s3';

/** A bucket of its own on a real S3-compatible server, and what speaks to it as any client does. */
export interface S3Server {
	readonly config: S3Config & { readonly endpoint: string };
	readonly client: S3Client;
	close(): Promise<void>;
}

const PYTHON = '/usr/bin/python3';
const { S3_ENDPOINT, S3_REGION = 'us-east-1', S3_ACCESS_KEY_ID = '', S3_SECRET_ACCESS_KEY = '' } = process.env;

/** Whether there is one: that of `S3_ENDPOINT`, or OpenStack Swift where Debian's packages of it are installed. */
export const hasS3Server = S3_ENDPOINT !== undefined || existsSync('/usr/bin/swift-proxy-server');

/** Makes a bucket on the server of `S3_ENDPOINT`, or else starts a Swift for it. */
export async function openS3Server(): Promise<S3Server> {
	const server = S3_ENDPOINT === undefined ? await startSwift() : given(S3_ENDPOINT);
	const config = { ...server, bucket: `backups-${randomUUID()}`, region: S3_REGION, prefix: 'platform/' };
	const { endpoint, region, accessKeyId, secretAccessKey } = config;
	const client = new S3Client({
		endpoint,
		region,
		credentials: { accessKeyId, secretAccessKey },
		forcePathStyle: true,
		requestChecksumCalculation: 'WHEN_REQUIRED',
	});
	await client.send(new CreateBucketCommand({ Bucket: config.bucket }));
	return {
		config,
		client,
		close: async () => {
			client.destroy();
			await server.close();
		},
	};
}

const given = (endpoint: string) => ({
	endpoint,
	accessKeyId: S3_ACCESS_KEY_ID,
	secretAccessKey: S3_SECRET_ACCESS_KEY,
	close: () => Promise.resolve(),
});

async function startSwift() {
	const directory = await mkdtemp(path.join(tmpdir(), 'swift-'));
	const [accessKeyId, secretAccessKey] = ['test:tester', 'testing'];
	const program = path.join(__dirname, 's3-server.py');
	const swift = spawn(PYTHON, [program, directory, accessKeyId, secretAccessKey], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const exited = once(swift, 'exit');
	const port = await Promise.race([
		once(swift.stdout, 'data').then(([line]) => Number(line)),
		exited.then(() => {
			throw new Error('Swift does not start.');
		}),
	]);
	return {
		endpoint: `http://127.0.0.1:${port}`,
		accessKeyId,
		secretAccessKey,
		close: async () => {
			swift.stdin.end();
			await exited;
			await rm(directory, { recursive: true, force: true });
		},
	};
}
