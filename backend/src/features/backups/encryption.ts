import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { ReadableStream } from 'node:stream/web';

/** What backups of an organization are encrypted with. */
export interface BackupKey {
	/** Opens them (`AGE-SECRET-KEY-1…`): a secret. */
	readonly identity: string;
	/** Closes them (`age1…`). */
	readonly recipient: string;
}

/** What is in a store is not what was put into it, or was put into it with another key. */
export class BackupDamagedError extends Error {
	override readonly name = 'BackupDamagedError';
}

export async function makeBackupKey(): Promise<BackupKey> {
	const identity = await generateX25519Identity();
	return { identity, recipient: await identityToRecipient(identity) };
}

/** The content as an age file, chunk by chunk. */
export async function* encrypt(content: AsyncIterable<Uint8Array>, recipient: string): AsyncGenerator<Uint8Array> {
	const encrypter = new Encrypter();
	encrypter.addRecipient(recipient);
	yield* through(content, (chunks) => encrypter.encrypt(chunks));
}

/**
 * What an age file holds, chunk by chunk. Each is proved before it is given; that nothing is missing is sure at the end.
 * @throws {BackupDamagedError} where it is no age file, was altered or cut off, or is for another key
 */
export async function* decrypt(content: AsyncIterable<Uint8Array>, identity: string): AsyncGenerator<Uint8Array> {
	const decrypter = new Decrypter();
	decrypter.addIdentity(identity);
	const failures: unknown[] = [];
	async function* noted() {
		try {
			yield* content;
		} catch (error) {
			failures.push(error);
			throw error;
		}
	}
	try {
		yield* through(noted(), (chunks) => decrypter.decrypt(chunks));
	} catch (cause) {
		// The content's own failure is none of the encryption's.
		if (failures.includes(cause)) throw cause;
		throw new BackupDamagedError(
			'The backup cannot be decrypted: it is damaged, cut off, or encrypted with another key.',
			{ cause },
		);
	}
}

async function* through(
	content: AsyncIterable<Uint8Array>,
	work: (chunks: ReadableStream<Uint8Array>) => Promise<ReadableStream<Uint8Array>>,
): AsyncGenerator<Uint8Array> {
	const chunks = content[Symbol.asyncIterator]();
	try {
		yield* await work(ReadableStream.from({ [Symbol.asyncIterator]: () => chunks }));
	} finally {
		// The library does not tell its source that nobody wants the rest.
		Promise.resolve(chunks.return?.()).catch(() => undefined);
	}
}
