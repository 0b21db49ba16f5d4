import type { Logger } from '../core/log';
import type { Secrets } from '../core/secrets';
import type { TenantCollection, TenantDocument } from './tenant-collection';

/** A ciphertext in a document. */
export interface SealedField {
	/** Where it is, as an update names it, e.g. `variables.0.value`. */
	readonly path: string;
	readonly cipher: string;
	/** What it was encrypted with beside the key. */
	readonly context: string;
}

/** The ciphertext at that path; none where it is not set. */
export const sealed = (path: string, cipher: string | null, context: string): SealedField[] =>
	cipher === null ? [] : [{ path, cipher, context }];

/** Must stay within one batch of a reply. */
const PAGE = 100;

/**
 * Encrypts under the current master key what a collection keeps under previous ones. Everything else goes on meanwhile:
 * what changes at the same moment is left as it then is. Interrupted, it is simply begun again. What cannot be read is
 * told of in the log and left as it is: one document shall not keep the service from starting.
 */
export async function reencrypt<T extends TenantDocument>(
	collection: TenantCollection<T>,
	sealedIn: (document: T) => readonly SealedField[],
	{ secrets, log, name }: { readonly secrets: Secrets; readonly log: Logger; readonly name: string },
): Promise<void> {
	const { everywhere }: Pick<TenantCollection<TenantDocument>, 'everywhere'> = collection;
	const outcome = { renewed: 0, unreadable: 0 };
	const renew = async (_id: string, { path, cipher, context }: SealedField) => {
		const age = secrets.ageOf(cipher);
		if (age === 'unknown') outcome.unreadable += 1;
		if (age !== 'previous') return;
		const plain = opened(secrets, { path, cipher, context });
		if (plain === null) {
			outcome.unreadable += 1;
			log.error(
				{ collection: name, document_id: _id, path },
				'a secret was changed or damaged; it is left as it is',
			);
			return;
		}
		const fresh = secrets.encrypt(plain, context);
		const renewed = await everywhere.update({ _id, [path]: cipher }, { $set: { [path]: fresh } });
		if (renewed !== null) outcome.renewed += 1;
	};
	for (let after = ''; ;) {
		const page = await collection.everywhere.find({ _id: { $gt: after } }, { sort: { _id: 1 }, limit: PAGE });
		for (const document of page) {
			for (const field of sealedIn(document)) await renew(document._id, field);
		}
		const last = page.at(-1);
		if (last === undefined) break;
		after = last._id;
	}
	if (outcome.unreadable > 0) {
		log.error(
			{ collection: name, ...outcome },
			'secrets cannot be read: their master key is not configured, or they are damaged',
		);
	} else if (outcome.renewed > 0) {
		log.info({ collection: name, ...outcome }, 'secrets were encrypted anew');
	}
}

/** Null where the ciphertext is not what was once made, which its key's id alone does not show. */
function opened(secrets: Secrets, { cipher, context }: SealedField): string | null {
	try {
		return secrets.decrypt(cipher, context);
	} catch {
		return null;
	}
}
