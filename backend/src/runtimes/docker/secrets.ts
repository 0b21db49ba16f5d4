import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Secrets } from '../../core/secrets';
import type { DockerSite } from './model';

const schema = z.strictObject({
	/** Of the database's owner, as whom Odoo works. */
	database_password: z.string(),
	/** Of Odoo's administrator. */
	admin_password: z.string(),
	/** Of the same, for programs. */
	api_key: z.string(),
});

/** What only the platform and the environment itself know. */
export type SiteSecrets = z.output<typeof schema>;

/** New ones, as the site keeps them. */
export const makeSecrets = (secrets: Secrets, id: DockerSite['_id']): string =>
	secrets.encrypt(
		JSON.stringify({
			database_password: randomBytes(24).toString('base64url'),
			admin_password: randomBytes(15).toString('base64url'),
			api_key: randomBytes(20).toString('hex'),
		} satisfies SiteSecrets),
		id,
	);

export const openSecrets = (secrets: Secrets, { _id, secrets: cipher }: DockerSite): SiteSecrets =>
	schema.parse(JSON.parse(secrets.decrypt(cipher, _id)));

/** Rounds of Odoo's own hashes of passwords and of API keys. */
const PASSWORD_ROUNDS = 600_000;
const API_KEY_ROUNDS = 6_000;

/** A hash as Odoo makes them (passlib's `pbkdf2_sha512`). */
async function hashed(secret: string, rounds: number): Promise<string> {
	const salt = randomBytes(16);
	const inItsAlphabet = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '.').replace(/=+$/, '');
	const hash = await promisify(pbkdf2)(secret, salt, rounds, 64, 'sha512');
	return `$pbkdf2-sha512$${rounds}$${inItsAlphabet(salt)}$${inItsAlphabet(hash)}`;
}

export const hashedPassword = (password: string) => hashed(password, PASSWORD_ROUNDS);
export const hashedApiKey = (key: string) => hashed(key, API_KEY_ROUNDS);
