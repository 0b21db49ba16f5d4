import {
	AbortMultipartUploadCommand,
	type CompletedPart,
	CompleteMultipartUploadCommand,
	CreateMultipartUploadCommand,
	DeleteObjectCommand,
	GetObjectCommand,
	ListMultipartUploadsCommand,
	paginateListObjectsV2,
	PutObjectCommand,
	S3Client,
	UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import type { BackupsConfig } from '../../../config';
import { type Clock, systemClock } from '../../../core/clock';
import { withTimeLimit } from '../../../waiting/time-limit';
import { unlessAborted } from '../../../waiting/unless-aborted';
import { heeding } from './heeding';
import { s3Fault, statusOf } from './s3-faults';
import { type BackupStore, BackupStoreError, missingObject, prove, segmentsOf, segmentsOfPrefix } from './store';

/** An S3-compatible store, as the operator names it. */
export type S3Config = Omit<Extract<BackupsConfig, { kind: 's3' }>, 'kind'>;

/** Two parts are in memory for each object that is being written: the one that is sent and the next. */
const PART_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;

const CONNECT_TIMEOUT_MS = 10_000;
/** Until a request is answered, the sending of a part included. */
const REQUEST_TIMEOUT_MS = 5 * 60_000;
/** How long an object that is being read may send nothing. */
const SILENCE_TIMEOUT_MS = 60_000;
const ATTEMPTS = 5;

/** So many objects are removed at a time; the one request for many differs between servers. */
const REMOVALS = 8;

/** A store in a bucket. Its endpoint is the operator's, so it may be private; its certificate is checked all the same. */
export function s3Store(config: S3Config, clock: Clock = systemClock): BackupStore {
	const Bucket = config.bucket;
	const client = new S3Client({
		region: config.region,
		credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
		// Not every server has a name for each bucket.
		...(config.endpoint === undefined ? {} : { endpoint: config.endpoint, forcePathStyle: true }),
		maxAttempts: ATTEMPTS,
		retryMode: 'standard',
		requestHandler: {
			connectionTimeout: CONNECT_TIMEOUT_MS,
			requestTimeout: REQUEST_TIMEOUT_MS,
			throwOnRequestTimeout: true,
		},
		// Bodies are signed with their SHA-256; Amazon's further checksums are unknown to many other servers.
		requestChecksumCalculation: 'WHEN_REQUIRED',
		responseChecksumValidation: 'WHEN_REQUIRED',
	});
	const keyOf = (key: string) => config.prefix + segmentsOf(key).join('/');
	const prefixOf = (prefix: string) => `${config.prefix}${segmentsOfPrefix(prefix).join('/')}/`;

	/** Does what asks the server, and tells its fault in words. */
	const ask = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
		try {
			return await work();
		} catch (error) {
			signal?.throwIfAborted();
			throw s3Fault(error);
		}
	};

	/** Begins an object of many parts. A part is sent while the next is made. */
	const begin = async (Key: string, signal: AbortSignal) => {
		const options = { abortSignal: signal };
		const { UploadId } = await ask(
			() => client.send(new CreateMultipartUploadCommand({ Bucket, Key }), options),
			signal,
		);
		const upload = { Bucket, Key, UploadId };
		const Parts: CompletedPart[] = [];
		let sending = Promise.resolve();
		const sendNow = async (Body: Uint8Array) => {
			const PartNumber = Parts.length + 1;
			const part = new UploadPartCommand({ ...upload, PartNumber, Body });
			const { ETag } = await ask(() => client.send(part, options), signal);
			Parts.push({ PartNumber, ETag });
		};
		return {
			async send(bytes: Uint8Array) {
				await sending;
				if (Parts.length === MAX_PARTS) {
					const most = Math.floor((MAX_PARTS * PART_BYTES) / 1024 ** 3);
					throw new BackupStoreError('failed', `No object in the S3 store may be larger than ${most} GiB.`);
				}
				sending = sendNow(bytes);
				// Whoever sends the next part, or ends, is told.
				sending.catch(() => undefined);
			},
			async complete() {
				await sending;
				const complete = new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } });
				await ask(() => client.send(complete, options), signal);
			},
			/** Where this fails, too, `removeAll` finds the parts. */
			async abort() {
				await sending.catch(() => undefined);
				await client.send(new AbortMultipartUploadCommand(upload)).catch(() => undefined);
			},
		};
	};

	/** What was begun below a prefix and has not ended. */
	async function* unfinished(Prefix: string) {
		for (let from = {}; ;) {
			const request = new ListMultipartUploadsCommand({ Bucket, Prefix, ...from });
			const page = await client.send(request).catch((error: unknown) => {
				if (statusOf(error) === NOT_IMPLEMENTED) return null;
				throw s3Fault(error);
			});
			for (const { Key, UploadId } of page?.Uploads ?? []) if (Key !== undefined) yield { Key, UploadId };
			if (!page?.IsTruncated) return;
			from = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
		}
	}

	async function* pages(query: { readonly Prefix: string; readonly Delimiter?: string }) {
		const found = paginateListObjectsV2({ client }, { Bucket, ...query })[Symbol.asyncIterator]();
		for (;;) {
			const page = await ask(() => found.next());
			if (page.done) return;
			yield page.value;
		}
	}

	const store: Omit<BackupStore, 'check'> = {
		kind: 's3',
		async write(key, content, signal) {
			const Key = keyOf(key);
			let upload: Awaited<ReturnType<typeof begin>> | undefined;
			try {
				for await (const { bytes, isLast } of inParts(heeding(content, signal))) {
					if (isLast && !upload) {
						const put = new PutObjectCommand({ Bucket, Key, Body: bytes });
						await ask(() => client.send(put, { abortSignal: signal }), signal);
						return;
					}
					upload ??= await begin(Key, signal);
					if (bytes.byteLength > 0) await upload.send(bytes);
				}
				await upload?.complete();
			} catch (error) {
				await upload?.abort();
				throw error;
			}
		},
		async *read(key, signal) {
			const get = new GetObjectCommand({ Bucket, Key: keyOf(key) });
			const { Body } = await ask(() => client.send(get, { abortSignal: signal }), signal).catch(
				(error: unknown) => {
					throw error instanceof BackupStoreError && error.code === 'missing'
						? missingObject(key, { cause: error })
						: error;
				},
			);
			if (!(Body instanceof Readable))
				throw new BackupStoreError('failed', 'The S3 store answered without the object.');
			const body: AsyncIterable<Uint8Array> = Body;
			const chunks = body[Symbol.asyncIterator]();
			const reason = () => new BackupStoreError('broken_off', 'The S3 store stopped amid an object.');
			// Only while it is waited for: whoever reads may take their time.
			const next = () =>
				withTimeLimit({ clock, ms: SILENCE_TIMEOUT_MS, reason, signal }, (limited) =>
					unlessAborted(() => chunks.next(), limited),
				);
			try {
				for (;;) {
					const chunk = await ask(next, signal);
					if (chunk.done) return;
					yield chunk.value;
				}
			} finally {
				Body.destroy();
			}
		},
		async removeAll(prefix) {
			const Prefix = prefixOf(prefix);
			for await (const upload of unfinished(Prefix)) {
				await ask(() => client.send(new AbortMultipartUploadCommand({ Bucket, ...upload })));
			}
			for await (const { Contents = [] } of pages({ Prefix })) {
				const left = Contents.values();
				const remove = async () => {
					for (const { Key } of left) await ask(() => client.send(new DeleteObjectCommand({ Bucket, Key })));
				};
				await Promise.all(Array.from({ length: REMOVALS }, remove));
			}
		},
		async list(prefix) {
			const Prefix = prefix === '' ? config.prefix : prefixOf(prefix);
			const names = new Set<string>();
			for await (const { CommonPrefixes = [] } of pages({ Prefix, Delimiter: '/' })) {
				for (const below of CommonPrefixes) names.add((below.Prefix ?? '').slice(Prefix.length, -1));
			}
			for await (const { Key } of unfinished(Prefix)) {
				const [name, ...rest] = Key.slice(Prefix.length).split('/');
				if (name !== undefined && rest.length > 0) names.add(name);
			}
			return [...names].sort();
		},
	};
	return { ...store, check: () => prove(store) };
}

const NOT_IMPLEMENTED = 501;

/** Content in parts of the same size, and what is left of it, which may be nothing, as the last. */
async function* inParts(content: AsyncIterable<Uint8Array>) {
	let part = Buffer.allocUnsafe(0);
	let used = 0;
	for await (let chunk of content) {
		while (chunk.byteLength > 0) {
			// A part begins small, for most objects are.
			if (used === part.byteLength) part = grown(part, used);
			const taken = chunk.subarray(0, part.byteLength - used);
			part.set(taken, used);
			used += taken.byteLength;
			chunk = chunk.subarray(taken.byteLength);
			if (used < PART_BYTES) continue;
			yield { bytes: part, isLast: false };
			part = Buffer.allocUnsafe(PART_BYTES);
			used = 0;
		}
	}
	yield { bytes: part.subarray(0, used), isLast: true };
}

function grown(part: Buffer, used: number): Buffer<ArrayBuffer> {
	const larger = Buffer.allocUnsafe(Math.min(PART_BYTES, Math.max(64 * 1024, 2 * used)));
	larger.set(part.subarray(0, used));
	return larger;
}
