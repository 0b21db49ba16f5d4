import { ConfigError } from '../../config';
import type { Secrets } from '../../core/secrets';
import type { TenantCollection } from '../../database/tenant-collection';
import type { InstallationDocument } from './model';

/** What is encrypted says nothing; that it can be decrypted says that the master key is the right one. */
const SEALED = 'odoo-platform';
const CONTEXT = 'installation';

/** What a first run keeps, for later starts to know the master key by. */
export const sealKey = (secrets: Secrets) => secrets.encrypt(SEALED, CONTEXT);

/**
 * Makes sure that the secrets in the database can be read, and keeps the check under the current key. A database of before
 * has none: there, another secret is tried.
 *
 * @throws ConfigError where the master key is not the one that they are encrypted under
 */
export async function checkMasterKey({
	installation,
	secrets,
	findSecret,
}: {
	installation: TenantCollection<InstallationDocument>;
	secrets: Secrets;
	/** Any ciphertext in the database; null where there is none. */
	findSecret: () => Promise<string | null>;
}): Promise<void> {
	const known = await installation.everywhere.findOne({ _id: 'installation' });
	if (known === null) return;
	const { key_check = null, organization_id } = known;
	if (key_check !== null && opens(secrets, key_check)) {
		if (secrets.ageOf(key_check) === 'current') return;
	} else {
		const other = key_check === null ? await findSecret() : key_check;
		if (other !== null && secrets.ageOf(other) === 'unknown') {
			throw new ConfigError(
				'SECRET_KEY: the secrets in the database are encrypted under another key. Start with that key, or name it in SECRET_KEY_PREVIOUS. Where SECRET_KEY was not set, it was in the file secret.key of DATA_DIR: put that file back.',
			);
		}
	}
	await installation.update(organization_id, { _id: 'installation' }, { $set: { key_check: sealKey(secrets) } });
}

function opens(secrets: Secrets, cipher: string): boolean {
	try {
		return secrets.decrypt(cipher, CONTEXT) === SEALED;
	} catch {
		return false;
	}
}
