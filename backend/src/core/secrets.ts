import {
	createCipheriv,
	createDecipheriv,
	createHash,
	hkdfSync,
	randomBytes,
	randomUUID,
	timingSafeEqual,
} from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from './errors';

/**
 * Encrypts stored secrets and gives out signing keys. All keys are derived from one master key (HKDF, RFC 5869).
 * docs/decisions/secrets.md says how the master key is rotated.
 */
export interface Secrets {
	/** Encrypts by AES-256-GCM. `context`, e.g. the document's id, binds the ciphertext to its place. */
	encrypt(plain: string, context: string): string;
	/** @throws if the text was not encrypted with one of the master keys and this context */
	decrypt(cipher: string, context: string): string;
	/** Which master key a text was encrypted with; `unknown`: none of those that are configured. */
	ageOf(cipher: string): 'current' | 'previous' | 'unknown';
	/** A key of 32 bytes for one purpose. */
	derive(purpose: string): Buffer;
	/** That key, and those of the previous master keys, whose signatures are still valid. */
	deriveAll(purpose: string): readonly Buffer[];
}

const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The encryption key of one master key, and the id with which its ciphertexts begin. */
const keyOf = (masterKey: Buffer) => {
	const derive = (purpose: string) => Buffer.from(hkdfSync('sha256', masterKey, '', `odoo-platform/${purpose}`, 32));
	return { derive, encryption: derive('encryption'), id: derive('key-id').subarray(0, KEY_ID_BYTES) };
};

/** @param previousKeys earlier master keys, which decrypt and verify, but neither encrypt nor sign */
export function createSecrets(masterKey: Buffer, previousKeys: readonly Buffer[] = []): Secrets {
	const current = keyOf(masterKey);
	const keys = [current, ...previousKeys.map(keyOf)];
	const keyFor = (bytes: Buffer) => keys.find(({ id }) => id.equals(bytes.subarray(0, KEY_ID_BYTES)));
	return {
		derive: current.derive,
		deriveAll: (purpose) => keys.map(({ derive }) => derive(purpose)),
		encrypt(plain, context) {
			const nonce = randomBytes(NONCE_BYTES);
			const cipher = createCipheriv('aes-256-gcm', current.encryption, nonce).setAAD(Buffer.from(context));
			const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
			return Buffer.concat([current.id, nonce, sealed, cipher.getAuthTag()]).toString('base64');
		},
		decrypt(text, context) {
			const bytes = Buffer.from(text, 'base64');
			const key = keyFor(bytes);
			if (key === undefined) throw new Error('A secret is encrypted under a master key that is not configured.');
			const rest = bytes.subarray(KEY_ID_BYTES);
			const nonce = rest.subarray(0, NONCE_BYTES);
			const tag = rest.subarray(rest.length - TAG_BYTES);
			const decipher = createDecipheriv('aes-256-gcm', key.encryption, nonce, { authTagLength: TAG_BYTES });
			decipher.setAAD(Buffer.from(context)).setAuthTag(tag);
			const sealed = rest.subarray(NONCE_BYTES, rest.length - TAG_BYTES);
			return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
		},
		ageOf(text) {
			const key = keyFor(Buffer.from(text, 'base64'));
			return key === undefined ? 'unknown' : key === current ? 'current' : 'previous';
		},
	};
}

/** The master key kept in `DATA_DIR/secret.key` (mode 0600), made at the first start. */
export async function loadMasterKey(dataDir: string): Promise<Buffer> {
	const file = path.join(dataDir, 'secret.key');
	const draft = `${file}.${randomUUID()}`;
	await writeFile(draft, randomBytes(32).toString('hex'), { mode: 0o600, flush: true });
	try {
		await link(draft, file);
	} catch (error) {
		if (systemCode(error) !== 'EEXIST') throw error;
	} finally {
		await unlink(draft);
	}
	const text = (await readFile(file, 'utf8')).trim();
	if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${file} does not hold a key of 32 bytes in hexadecimal`);
	return Buffer.from(text, 'hex');
}

/** The digest of a bearer token. It is stored in place of the token. */
export const hashToken = (token: string) => createHash('sha256').update(token).digest('hex');

/** Compares two texts in constant time, so that the time tells nothing of where they differ. */
export function equalInConstantTime(left: string, right: string): boolean {
	const digest = (text: string) => createHash('sha256').update(text).digest();
	return timingSafeEqual(digest(left), digest(right));
}
